import { type Direction, scaled } from '../directions';
import type { EvaluatorOptions } from '../evaluator';
import type { Plane } from '../plane';
import type { LandscapeProblem } from '../problem';
import type { Surface } from '../surface';
import { BatchEvaluator } from '../weight-evaluator';
import type { TrustCheck } from './check';
import { type BatchLosses, batchNormCheck, repeatabilityCheck, subsetCheck } from './sampled-checks';
import { convergenceCheck, holesCheck, rangeCheck, resolutionCheck, traceCheck, varianceCheck } from './still-checks';

export type { TrustCheck };

export interface TrustOptions extends EvaluatorOptions {
  readonly surface: Surface;
  readonly plane: Plane;
  /** The surface's problem, with its examples in enough batches (16 or so) to be drawn again. */
  readonly problem: LandscapeProblem;
  /** The same with BatchNorm in another mode, and what is compared, as a sentence begins; absent where the network has none. */
  readonly otherMode?: { readonly problem: LandscapeProblem; readonly compared: string };
  /** The same kind of plane with another seed; absent where the plane is no matter of chance. */
  readonly fresh?: (seed: number) => Plane;
  readonly signal?: AbortSignal;
}

/** Planes of other seeds that are looked at. */
const FRESH = 3;

/** Asks of a computed surface whether its loss can be trusted. Costs some twenty evaluations of the network on the surface's examples. */
export async function trustChecks(options: TrustOptions): Promise<TrustCheck[]> {
  const { surface, plane, problem, otherMode, fresh, signal } = options;
  const evaluators = new Map<LandscapeProblem, BatchEvaluator>();
  const losses: BatchLosses = async (asked, displacement) => {
    signal?.throwIfAborted();
    let evaluator = evaluators.get(asked);
    if (evaluator === undefined) evaluators.set(asked, (evaluator = await BatchEvaluator.create(asked, 'loss', options)));
    return evaluator.evaluate(displacement, signal);
  };
  const loss = surface.values['loss']!;
  const places = halfWay(plane, surface);
  try {
    // A plane that leads to other networks goes far on purpose.
    const chance = surface.recipe.plane.kind === 'random' || surface.recipe.plane.kind === 'gradient';
    const checks: (TrustCheck | undefined)[] = [chance ? rangeCheck(problem, plane, surface) : undefined, holesCheck(loss), resolutionCheck(loss), convergenceCheck(surface), traceCheck(surface)];
    if (surface.explainedVariance) checks.push(varianceCheck(surface.explainedVariance));
    checks.push(await subsetCheck(problem, places, losses, surface.recipe.subset?.seed ?? 0));
    if (otherMode) checks.push(await batchNormCheck(problem, otherMode, places, losses));
    if (fresh) {
      const planes = [plane, ...Array.from({ length: FRESH }, (_, i) => fresh(i + 1))].map((each) => halfWay(each, surface));
      checks.push(await repeatabilityCheck(problem, planes, losses));
    }
    return checks.filter((check) => check !== undefined);
  } finally {
    for (const evaluator of evaluators.values()) await evaluator.dispose();
  }
}

/** The displacements half way from the centre to the ends of the axes. */
function halfWay({ directions }: Plane, { x, y, z }: Pick<Surface, 'x' | 'y' | 'z'>): Direction[] {
  return directions.flatMap((direction, k) => {
    const axis = [x, y, z][k]!;
    return [axis[0]! / 2, axis.at(-1)! / 2].filter((step) => step !== 0).map((step) => scaled(direction, step));
  });
}
