import type { EvaluatorOptions } from '../evaluator';
import type { LandscapeProblem } from '../problem';
import { WeightEvaluator } from '../weight-evaluator';
import { pointAt, type WeightPath } from './geometry';

/** Every quantity at one place of a path, by part of the data. */
export interface PathPoint {
  readonly index: number;
  readonly values: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/**
 * The true quantities at places of a path, not of a sketch of it: the weights of each place are evaluated whole. Ends and middle come first, then
 * every gap is halved.
 *
 * @param problems by part of the data
 * @param order indices of `t` that are wanted
 * @throws the signal's reason when it is aborted
 */
export async function* evaluatePath(problems: Readonly<Record<string, LandscapeProblem>>, path: WeightPath, t: Float64Array, order: readonly number[], options: EvaluatorOptions & { readonly signal?: AbortSignal }): AsyncGenerator<PathPoint, void> {
  const evaluators: Record<string, WeightEvaluator> = {};
  try {
    for (const [part, problem] of Object.entries(problems)) evaluators[part] = await WeightEvaluator.create(problem, options);
    for (const index of order) {
      const weights = pointAt(path, t[index]!);
      const values: Record<string, Record<string, number>> = {};
      for (const [part, evaluator] of Object.entries(evaluators)) values[part] = await evaluator.evaluate(weights, options.signal);
      yield { index, values };
    }
  } finally {
    for (const evaluator of Object.values(evaluators)) await evaluator.dispose();
  }
}
