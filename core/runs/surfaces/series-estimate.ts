import { estimateSurfaces, progressOf, type SurfaceWork } from '#core/landscape';
import { secondsSince } from '#core/runtime';
import type { OpenRun } from '../evaluation/open-run';
import { soundWeights } from '../evaluation/sound-weights';
import { evenly } from '../evenly';
import type { StoredWeights } from '../folder/checkpoints';
import { settled } from '../settled';
import { timedSetup, WRITING } from '../timed-setup';
import { type EstimateSetup, estimateOptions, factsOf, type RunSurfaceEstimate } from './estimate';
import { checkFollowed, longestPath, secondsApart } from './follow';
import type { SurfaceRequest } from './request';
import { begunSlices, chooseSteps, type Moments, seriesName, sliceAt } from './series';
import { setUpEstimate } from './setup';

/** What a series over checkpoints would cost, all slices together. */
export interface RunSeriesEstimate extends RunSurfaceEstimate {
  readonly slices: number;
  /** Slices that an earlier attempt has left whole. */
  readonly doneSlices: number;
}

/** What following a training would cost. */
export interface RunFollowEstimate extends RunSurfaceEstimate {
  /** Seconds of a slice with the longest path that is drawn; `seconds`: with the present one. */
  readonly longestSeconds: number;
  /** Seconds from one slice to the next, with the present path. */
  readonly secondsApart: number;
}

/**
 * What a series takes: what one surface does, for each of its slices with the path up to it. Slices that are there are no work.
 *
 * @throws UserError as `computeRunSeries` does
 */
export async function estimateRunSeries(opened: OpenRun, asked: SurfaceRequest, moments: Moments, options: { program: string; signal?: AbortSignal }): Promise<RunSeriesEstimate> {
  const { run, request } = settled(opened, asked);
  const { setup, seconds } = await timedSetup(() => setUpEstimate(run, request, options));
  const steps = chooseSteps(run, request, moments);
  const begun = await begunSlices(run.paths.surface(seriesName(setup)), steps);
  const path = run.trajectorySteps();
  const upTo = (step: number): number => path.filter((each) => each <= step).length;
  const layingOf = timeSlices(run, request, setup, soundWeights(run, steps.at(-1)!), path.filter((step) => step <= steps.at(-1)!));
  const works = steps.map((step): SurfaceWork => {
    const earlier = begun.get(step);
    return { ...(earlier && { values: earlier.values }), checkpoints: drawnAt(setup, step, upTo(step)) };
  });
  const estimates = await estimateSurfaces(setup.problem, setup.plane, setup.recipe.grid, works, estimateOptions(run, setup, options));
  const total = (of: (each: (typeof estimates)[number]) => number): number => estimates.reduce((sum, each) => sum + of(each), 0);
  const done = [...begun.values()].map((slice) => progressOf(slice));
  return {
    points: total((each) => each.points),
    groups: total((each) => each.groups),
    evaluations: total((each) => each.evaluations),
    memoryBytes: Math.max(...estimates.map((each) => each.memoryBytes)),
    seconds: seconds + steps.reduce((sum, step) => sum + layingOf(upTo(step)) + WRITING, 0) + total((each) => each.seconds),
    done: done.reduce((sum, slice) => sum + slice.done, 0),
    slices: steps.length,
    doneSlices: done.filter((slice) => slice.done === slice.total).length,
    ...(await factsOf(run, setup)),
  };
}

/**
 * What a slice of a training that is followed takes, at its newest weights, where the training leaves it a processor; the directions are found before the first.
 *
 * @param every least seconds between the beginnings of two slices
 * @throws UserError as `followRun` does, and before the first checkpoint
 */
export async function estimateFollowing(opened: OpenRun, asked: SurfaceRequest, { every, ...options }: { program: string; every: number; signal?: AbortSignal }): Promise<RunFollowEstimate> {
  checkFollowed(opened, asked);
  const { run, request } = settled(opened, { ...asked, checkpoint: 'last' as const });
  const setup = await setUpEstimate(run, request, options);
  const moment = run.weights(request.checkpoint);
  const way = evenly(run.trajectorySteps().filter((step) => step < moment.step), longestPath);
  const layingOf = timeSlices(run, request, setup, moment, way);
  const lengths = [way.length + 1, longestPath + 1];
  const works = lengths.map((length): SurfaceWork => ({ checkpoints: drawnAt(setup, moment.step, length) }));
  const [now, longest] = await estimateSurfaces(setup.problem, setup.plane, setup.recipe.grid, works, estimateOptions(run, setup, options));
  const [seconds, longestSeconds] = [now!, longest!].map((each, i) => layingOf(lengths[i]!) + each.seconds + WRITING) as [number, number];
  return { ...now!, seconds, longestSeconds, secondsApart: secondsApart(every, seconds), done: 0, ...(await factsOf(run, setup)) };
}

/** Checkpoints that are evaluated for a slice: of its own path so many, of others those up to its step. A line has no path. */
const drawnAt = ({ plane, otherPaths }: EstimateSetup, step: number, own: number): number =>
  (plane.directions.length === 1 ? 0 : otherPaths.reduce((sum, { checkpoints }) => sum + checkpoints.filter((each) => each.step <= step).length, own));

/** What laying a slice takes by the length of its path, of which each checkpoint is read and projected, timed on the longest path and on none. */
function timeSlices(run: OpenRun, request: SurfaceRequest, setup: EstimateSetup, moment: StoredWeights, path: readonly number[]): (length: number) => number {
  const time = (way: readonly number[]): number => {
    const start = performance.now();
    sliceAt(run, request, setup, moment, way);
    return secondsSince(start);
  };
  const [whole, alone] = [time(path), time([])];
  const each = path.length === 0 ? 0 : Math.max(0, whole - alone) / path.length;
  return (length) => alone + each * length;
}
