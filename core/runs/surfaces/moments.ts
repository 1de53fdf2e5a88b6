import { existsSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { UserError } from '#core/graph';
import type { OpenRun } from '../evaluation/open-run';
import type { StoredWeights } from '../folder/checkpoints';
import { currentState, readRunFile, type RunFile, type RunState } from '../folder/run-file';
import { isAtWork } from '../settled';
import { forgetWanted, isWanted, wantCheckpoint } from '../wanted';

/** How often a training is looked at, in milliseconds. */
const look = 100;

/** Where a run stands now. */
export interface Standing {
  readonly file: RunFile;
  readonly state: RunState;
  /** A living process has it in hand: it trains, or is paused. */
  readonly working: boolean;
}

/** @throws UserError when the run was removed */
export function standingOf({ paths, file }: Pick<OpenRun, 'paths' | 'file'>): Standing {
  if (!existsSync(paths.run)) throw removed(file.name);
  const now = readRunFile(paths.folder);
  return { file: now, state: currentState(paths.folder, now), working: isAtWork({ paths }) };
}

export const removed = (name: string): UserError => new UserError('run.removed', `Run "${name}" was removed while it was followed.`);

/** Whether there may still come a checkpoint: the run is in hand, or waits to be started. */
export const goesOn = ({ state, working }: Standing): boolean => working || state === 'created';

/** The newest weights that are written down; `undefined` before the first. */
function newestOf(run: OpenRun): StoredWeights | undefined {
  try {
    return run.weights('last');
  } catch (error) {
    if (error instanceof UserError && error.code === 'run.no-checkpoint') return undefined;
    throw error;
  }
}

/**
 * The next moment of a training that is at work: the newest checkpoint after a step, or, where none was written since, one that the
 * training is asked for between two steps, as it is for the first moment (`after` is -1). `undefined` when the run has ended and nothing
 * came after that step.
 *
 * @throws UserError when the run was removed; the signal's reason
 */
export async function* nextMoment(run: OpenRun, after: number, signal?: AbortSignal): AsyncGenerator<{ readonly kind: 'waiting'; readonly text: string }, StoredWeights | undefined> {
  const known = Math.max(after, run.trajectorySteps().at(-1) ?? -1);
  let said = '';
  try {
    for (;;) {
      signal?.throwIfAborted();
      const standing = standingOf(run);
      // Members of a population are written down together, after whole epochs.
      const asks = standing.working && standing.state === 'running' && run.member === undefined;
      const kept = run.trajectorySteps().at(-1) ?? -1;
      if (kept > (asks ? known : after)) return run.weights(kept);
      const text = whatIsAwaited(standing, after);
      // A file of weights may be large: it is read where it can have changed.
      if (asks ? !isWanted(run.paths) : standing.state !== 'paused' || text !== said) {
        const newest = newestOf(run);
        if (newest && newest.step > (asks ? known : after)) return newest;
        if (!goesOn(standing)) return undefined;
        if (asks) wantCheckpoint(run.paths);
      }
      if (text !== said) yield { kind: 'waiting', text };
      said = text;
      await wait(asks ? look : 5 * look, undefined, signal ? { signal } : {});
    }
  } finally {
    forgetWanted(run.paths);
  }
}

function whatIsAwaited({ file: { name }, state, working }: Standing, after: number): string {
  if (!working) return `"${name}" waits to be started`;
  if (state === 'paused') return `"${name}" is paused`;
  return after < 0 ? `Waiting for the first checkpoint of "${name}"` : 'Waiting for the next step';
}

/** Waits until a time has come (as `performance.now`), less long where the run ends before. */
export async function restUntil(run: OpenRun, time: number, signal?: AbortSignal): Promise<void> {
  while (performance.now() < time && standingOf(run).working) await wait(Math.min(look, time - performance.now()), undefined, signal ? { signal } : {});
}
