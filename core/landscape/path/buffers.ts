import type { CompileOptions } from '#core/runtime';
import { isCalibrated, statisticsAt } from '../calibration';
import type { LandscapeProblem } from '../problem';
import { weightFeeds } from '../traced-problem';
import type { Weights } from './geometry';

/** A network's buffers at weights: those that a problem takes anew, taken there; the others as they are. */
export async function buffersAt(problem: LandscapeProblem, weights: Weights, options: CompileOptions & { readonly signal?: AbortSignal }): Promise<Record<string, Float32Array>> {
  const stored = Object.fromEntries(Object.entries(problem.buffers).map(([name, { data }]) => [name, data]));
  if (!isCalibrated(problem)) return stored;
  const taken = await statisticsAt(problem, weightFeeds(problem, weights), options);
  return { ...stored, ...Object.fromEntries(Object.entries(taken).map(([name, data]) => [name.replace(/^buffers\./, ''), data])) };
}
