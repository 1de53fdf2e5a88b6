import { UserError } from '#core/graph';
import { gaussian, innerProduct, movingParameters, restrict, scaled, type Direction } from './directions';
import type { EvaluatorOptions } from './evaluator';
import { GradientEvaluator } from './gradient';
import type { LandscapeProblem } from './problem';
import type { Include } from './recipe';

export interface AscentOptions extends Pick<EvaluatorOptions, 'device' | 'threads'> {
  /** Of the ball around the centre, in weight space (the Euclidean norm over all that moves together). */
  readonly radius: number;
  readonly steps: number;
  readonly include: Include;
  /** Draws where to begin, where the gradient at the centre is zero. */
  readonly seed: number;
  readonly signal?: AbortSignal;
  readonly onStep?: (step: number, loss: number) => void;
}

/** The highest point that was found, as a unit direction, how far it lies, and its loss. */
export interface Ascent {
  readonly direction: Direction;
  readonly distance: number;
  readonly loss: number;
}

/**
 * Looks for the highest loss within a ball around the centre, by projected normalised gradient ascent: each step is half a radius along the
 * gradient's direction, then back into the ball. The first step's direction is what sharpness-aware minimization takes for the whole
 * (Foret, Kleiner, Mobahi, Neyshabur 2021, eq. 2); Keskar et al. (2017) maximise likewise, in a box. It is a search, not a bound: the true
 * maximum may be higher.
 *
 * @throws UserError where no point of the ball was found to be higher than the centre, or the loss at the centre is not finite
 */
export async function steepestAscent(problem: LandscapeProblem, { radius, steps, include, seed, signal, onStep, ...options }: AscentOptions): Promise<Ascent> {
  const names = movingParameters(problem.parameters, include);
  const evaluator = await GradientEvaluator.create(problem, options);
  const at = async (point: Direction | undefined): Promise<{ loss: number; gradient: Direction }> => {
    const { loss, gradient } = await evaluator.evaluate(point, signal);
    return { loss, gradient: restrict(gradient, names) };
  };
  try {
    let { loss, gradient } = await at(undefined);
    if (!Number.isFinite(loss)) throw new UserError('landscape.ascent', 'the loss at these weights is not finite, so there is no way up from them', { hint: 'Choose an earlier checkpoint.' });
    const centre = loss;
    // At a stationary point any direction is as good as another to begin with.
    let way = norm(gradient) > 0 ? gradient : gaussian(problem.parameters, { seed, index: 0, include });
    let point: Direction = {};
    let best: { point: Direction; loss: number } | undefined;
    for (let step = 1; step <= steps; step++) {
      const length = norm(way);
      if (!(length > 0 && Number.isFinite(length))) break;
      point = intoBall(sum(point, way, (0.5 * radius) / length), radius);
      ({ loss, gradient } = await at(point));
      onStep?.(step, loss);
      if (!Number.isFinite(loss)) break;
      if (loss > (best?.loss ?? centre)) best = { point, loss };
      way = gradient;
    }
    if (best === undefined) {
      throw new UserError('landscape.ascent', `no point within ${radius} of these weights was found to have a higher loss`, { hint: 'Choose a larger radius, or a random plane.' });
    }
    const distance = norm(best.point);
    return { direction: scaled(best.point, 1 / distance), distance, loss: best.loss };
  } finally {
    await evaluator.dispose();
  }
}

/** Seconds that a search takes, from the time of one gradient. */
export async function ascentSeconds(problem: LandscapeProblem, { steps, signal, ...options }: Pick<AscentOptions, 'device' | 'threads' | 'steps' | 'signal'>): Promise<number> {
  const evaluator = await GradientEvaluator.create(problem, options);
  try {
    await evaluator.evaluate(undefined, signal); // the first run is slower
    const start = performance.now();
    await evaluator.evaluate(undefined, signal);
    return ((performance.now() - start) / 1000) * (steps + 1);
  } finally {
    await evaluator.dispose();
  }
}

const norm = (direction: Direction): number => Math.sqrt(innerProduct(direction, direction));

/** `a + factor b`; what `a` does not name is zero. */
const sum = (a: Direction, b: Direction, factor: number): Direction =>
  Object.fromEntries(Object.entries(b).map(([name, values]) => [name, values.map((value, i) => (a[name]?.[i] ?? 0) + factor * value)]));

const intoBall = (point: Direction, radius: number): Direction => {
  const length = norm(point);
  return length > radius ? scaled(point, radius / length) : point;
};
