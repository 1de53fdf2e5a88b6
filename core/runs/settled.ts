import type { OpenRun } from './evaluation/open-run';
import type { CheckpointName, StoredWeights } from './folder/checkpoints';
import { lockOwner } from './folder/lock';

/** Whether a process trains the run, so that its newest weights are soon others. */
export const isAtWork = ({ paths }: Pick<OpenRun, 'paths'>): boolean => lockOwner(paths.lock) !== undefined;

/** A run that has these weights at hand under the number of their step. */
export const holding = (run: OpenRun, weights: StoredWeights): OpenRun => ({ ...run, weights: (name) => (name === weights.step ? weights : run.weights(name)) });

/**
 * A question about a run at work: its newest or best weights are read once, so that everything is about the same ones, and are called by their
 * step, so that what is found says which they were. Any other run, and a checkpoint that stays what it is, is left as it is.
 */
export function settled<Request extends { checkpoint: CheckpointName }>(run: OpenRun, request: Request): { run: OpenRun; request: Request } {
  const { checkpoint } = request;
  if (typeof checkpoint === 'number' || checkpoint === 'init' || !isAtWork(run)) return { run, request };
  const weights = run.weights(checkpoint);
  return { run: holding(run, weights), request: { ...request, checkpoint: weights.step } };
}
