import { existsSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { UserError } from '#core/graph';
import type { OpenRun } from '../evaluation/open-run';
import { evenly } from '../evenly';
import type { StoredWeights } from '../folder/checkpoints';
import type { RunState } from '../folder/run-file';
import { holding } from '../settled';
import { goesOn, nextMoment, removed, restUntil, standingOf } from './moments';
import type { SurfaceRequest } from './request';
import { lockSurface, setUpTold, type NamedSurfaceEvent, type RunSurfaceEvent } from './run-surfaces';
import { computeSlice, followedPrefix, isWhole, listSeries, openSeries, sliceAt, storedSteps, writeSeries } from './series';
import { setUpSurface, type SurfaceSetup } from './setup';

/** What is told while a training is followed. */
export type FollowEvent =
  | { readonly kind: 'waiting'; readonly text: string }
  /** Before the first: directions are searched for. */
  | Extract<RunSurfaceEvent, { kind: 'preparing' }>
  /** Of one slice, counted from 0: its start, its points, its end. */
  | { readonly kind: 'slice'; readonly id: string; readonly slice: number; readonly step: number; readonly event: NamedSurfaceEvent }
  /** The run has ended and its last weights have their slice. */
  | { readonly kind: 'over'; readonly id: string; readonly steps: readonly number[]; readonly state: RunState; readonly text: string };

export interface FollowOptions {
  readonly program: string;
  /** Least seconds between the beginnings of two slices. */
  readonly every: number;
  readonly signal?: AbortSignal;
}

/** Checkpoints that the drawn path has at most: each is evaluated anew for every slice. */
export const longestPath = 64;

/** Seconds from one slice to the next, which takes so many: the training has at least as long to itself. */
export const secondsApart = (every: number, taken: number): number => Math.max(every, 2 * taken);

/**
 * Follows a run while it trains: slices through its successive weights, all along the directions of the first, kept as a series. The next slice
 * waits for `every` seconds since the last began, and rests at least as long as that one took. Ending the iteration or aborting stops within a
 * second and keeps what is known; the same request goes on with the same series.
 *
 * @throws UserError when the run is not at work, or is removed meanwhile; the signal's reason
 */
export async function* followRun(run: OpenRun, request: SurfaceRequest, options: FollowOptions): AsyncGenerator<FollowEvent, void> {
  checkFollowed(run, request);
  try {
    yield* follow(run, request, options);
  } catch (error) {
    if (options.signal?.aborted === true || existsSync(run.paths.run)) throw error;
    leaveNothing(run);
    throw removed(run.file.name);
  }
}

async function* follow(run: OpenRun, request: SurfaceRequest, options: FollowOptions): AsyncGenerator<FollowEvent, void> {
  const { signal, every } = options;
  let series = await earlier(run, request, options);
  if (series) yield* series.finishLast();
  for (;;) {
    const moment: StoredWeights | undefined = yield* nextMoment(run, series?.newest ?? -1, signal);
    if (moment === undefined) break;
    const began = performance.now();
    series ??= yield* newSeries(run, request, moment, options);
    yield* series.add(moment);
    const took = performance.now() - began;
    await restUntil(run, began + 1000 * secondsApart(every, took / 1000), signal);
  }
  if (series === undefined) throw new UserError('surface.follow.nothing', `Run "${run.file.name}" ended before its first checkpoint.`, { hint: 'Look at its error, mend it and resume it.' });
  yield { kind: 'over', ...series.facts, ...ending(run, series.facts.steps) };
}

/** @throws UserError when the run is not at work, or a volume is asked for */
export function checkFollowed(run: OpenRun, request: SurfaceRequest): void {
  if (request.grid.length === 3) throw new UserError('surface.follow.volume', 'a training is followed with lines and planes, not with volumes', { hint: 'Use a grid of two numbers, like 25x25.' });
  const standing = standingOf(run);
  if (goesOn(standing)) return;
  throw new UserError('surface.follow.ended', `Run "${run.file.name}" is not at work (${standing.state}): there is no training to follow.`, {
    hint: standing.state === 'finished'
      ? 'Look at its checkpoints with --over-checkpoints (in the window: Over training).'
      : 'Resume it first, or look at its checkpoints with --over-checkpoints (in the window: Over training).',
  });
}

function ending(run: OpenRun, steps: readonly number[]): { state: RunState; text: string } {
  const { state, file } = standingOf(run);
  const slices = `${steps.length} ${steps.length === 1 ? 'slice' : 'slices'}, the last of step ${steps.at(-1)}`;
  const why = state === 'failed' && file.error ? `: ${file.error.message}` : '';
  return { state, text: `"${file.name}" is ${state} (${slices})${why}` };
}

/** A series that grows. */
class GrowingSeries {
  readonly #run: OpenRun;
  readonly #request: SurfaceRequest;
  readonly #options: FollowOptions;
  readonly #setup: SurfaceSetup;
  readonly #id: string;
  #steps: number[];

  constructor(run: OpenRun, request: SurfaceRequest, options: FollowOptions, setup: SurfaceSetup, steps: readonly number[] = []) {
    this.#run = run;
    this.#request = request;
    this.#options = options;
    this.#setup = setup;
    this.#id = followedPrefix + setup.id;
    this.#steps = [...steps];
  }

  get facts(): { id: string; steps: readonly number[] } {
    return { id: this.#id, steps: this.#steps };
  }

  get newest(): number {
    return this.#steps.at(-1) ?? -1;
  }

  /** The slice that an earlier attempt left, where its weights are kept. */
  async* finishLast(): AsyncGenerator<FollowEvent, void> {
    const { slices } = await openSeries(this.#run.paths.folder, this.#id);
    const last = slices[this.#steps.length - 1];
    if ((last === undefined || !isWhole(last)) && this.#run.trajectorySteps().includes(this.newest)) yield* this.add(this.#run.weights(this.newest));
  }

  async* add(moment: StoredWeights): AsyncGenerator<FollowEvent, void> {
    const { paths } = this.#run;
    const { step } = moment;
    const lock = yield* alone(this.#run, this.#id, this.#options.signal);
    try {
      // Of others that follow with the same request nothing is lost.
      this.#steps = [...new Set([...storedSteps(paths.surface(this.#id)), ...this.#steps, step])].sort((a, b) => a - b);
      writeSeries(paths.surface(this.#id), { version: 1, recipe: this.#setup.recipe, steps: this.#steps, followed: asked(this.#request) });
      const way = evenly(this.#run.trajectorySteps().filter((each) => each < step), longestPath);
      const slice = sliceAt(this.#run, this.#request, this.#setup, moment, way);
      for await (const event of computeSlice(this.#run, this.#id, slice, this.#options)) yield { kind: 'slice', id: this.#id, slice: this.#steps.indexOf(step), step, event };
    } finally {
      lock.release();
    }
  }
}

/** Milliseconds between two looks whether another process is done. */
const look = 300;

/** The series for this process alone, which waits, and says so, while another one adds a slice to it. */
async function* alone({ file, paths }: OpenRun, id: string, signal: AbortSignal | undefined): AsyncGenerator<FollowEvent, ReturnType<typeof lockSurface>> {
  for (let told = false; ; told = true) {
    try {
      return lockSurface(paths.surfaces, id);
    } catch (error) {
      if (!(error instanceof UserError && error.code === 'run.locked')) throw error;
      if (!told) yield { kind: 'waiting', text: `Waiting for another process, which follows "${file.name}" too and computes a slice` };
    }
    await wait(look, undefined, signal ? { signal } : {});
  }
}

/** What makes two requests the same to follow, as a file holds it. */
const asked = ({ checkpoint: _, ...request }: SurfaceRequest): Record<string, unknown> => JSON.parse(JSON.stringify(request)) as Record<string, unknown>;

async function* newSeries(run: OpenRun, request: SurfaceRequest, moment: StoredWeights, options: FollowOptions): AsyncGenerator<FollowEvent, GrowingSeries> {
  const setup = setUpTold(holding(run, moment), { ...request, checkpoint: moment.step }, options);
  for (;;) {
    const next = await setup.next();
    if (next.done) return new GrowingSeries(run, request, options, next.value);
    if (next.value.kind === 'preparing') yield next.value;
  }
}

/** The series that the same request made of this training before, where the weights are kept that its directions belong to. */
async function earlier(run: OpenRun, request: SurfaceRequest, options: FollowOptions): Promise<GrowingSeries | undefined> {
  for (const { id, recipe, steps, followed } of await listSeries(run.paths.folder)) {
    const first = Number(recipe.run.checkpoint);
    if (recipe.run.member !== run.member || !isDeepStrictEqual(followed, asked(request)) || !run.trajectorySteps().includes(first)) continue;
    const setup = await setUpSurface(run, { ...request, checkpoint: first }, options);
    if (followedPrefix + setup.id === id) return new GrowingSeries(run, request, options, setup, steps);
  }
  return undefined;
}

/** Of a run that was removed while a slice was written into its folder. */
function leaveNothing({ paths }: OpenRun): void {
  rmSync(paths.surfaces, { recursive: true, force: true });
  if (existsSync(paths.folder) && readdirSync(paths.folder).length === 0) rmdirSync(paths.folder);
}
