import { type Direction, scaled } from '../directions';
import type { EvaluatorOptions } from '../evaluator';
import type { Plane } from '../plane';
import type { LandscapeProblem } from '../problem';
import type { Surface } from '../surface';
import { BatchEvaluator } from '../weight-evaluator';
import type { TrustCheck } from './check';
import { type BatchLosses, batchNormCheck, type DrawnAgain, repeatabilityCheck, subsetCheck } from './sampled-checks';
import { convergenceCheck, eigenvectorsCheck, floatStep, holesCheck, notDrawn, rangeCheck, resolutionCheck, traceCheck, varianceCheck } from './still-checks';

export type { TrustCheck };

export interface TrustOptions extends EvaluatorOptions {
  readonly surface: Surface;
  readonly plane: Plane;
  /** The surface's problem: what its heights are compared by. */
  readonly problem: LandscapeProblem;
  /** The examples in batches (24 or so) of which other pictures could be made; absent where those of `problem` serve. */
  readonly drawnAgain?: DrawnAgain;
  /** Error of one example's loss in float32 where that is nearly zero: of a logarithm of a sum that begins with 1 half a step there; absent: none. */
  readonly rounding?: number;
  /** The same with BatchNorm in another mode, and what is compared, as a sentence begins; absent where the network has none. */
  readonly otherMode?: { readonly problem: LandscapeProblem; readonly compared: string };
  /** The same kind of plane with another seed; absent where the plane is no matter of chance. */
  readonly fresh?: (seed: number) => Plane;
  readonly signal?: AbortSignal;
}

/** Planes of other seeds that are looked at. */
const FRESH = 3;

/** Asks of a computed surface whether its loss can be trusted. Costs some twenty evaluations of the network on the surface's examples, and five of those that are drawn again. */
export async function trustChecks(options: TrustOptions): Promise<TrustCheck[]> {
  const { surface, plane, problem, drawnAgain = { problem, picture: problem.batches.length }, rounding = 0, otherMode, fresh, signal } = options;
  const evaluators = new Map<LandscapeProblem, BatchEvaluator>();
  // Several checks ask about the same places: each is evaluated once.
  const known = new Map<LandscapeProblem, Map<Direction | undefined, Float64Array>>();
  const losses: BatchLosses = async (asked, displacement) => {
    signal?.throwIfAborted();
    let found = known.get(asked);
    if (found === undefined) known.set(asked, (found = new Map()));
    const before = found.get(displacement);
    if (before) return before;
    let evaluator = evaluators.get(asked);
    if (evaluator === undefined) evaluators.set(asked, (evaluator = await BatchEvaluator.create(asked, 'loss', options)));
    const values = await evaluator.evaluate(displacement, signal);
    found.set(displacement, values);
    return values;
  };
  const loss = surface.values['loss']!;
  const step = floatStep(loss, rounding);
  const here = halfWay(plane, surface);
  const places = here.map(({ displacement }) => displacement);
  try {
    const { plane: recipe } = surface.recipe;
    // A plane that leads to other networks goes far on purpose.
    const near = recipe.kind === 'random' || recipe.kind === 'gradient' || recipe.kind === 'eigenvectors' || recipe.kind === 'ascent' || recipe.kind === 'vectors' || (recipe.kind === 'line' && recipe.to === undefined);
    const checks: (TrustCheck | undefined)[] = [near ? rangeCheck(problem, plane, surface) : undefined, holesCheck(surface), resolutionCheck(loss, step), convergenceCheck(surface), traceCheck(surface)];
    if (recipe.kind === 'trajectory' && surface.explainedVariance) checks.push(varianceCheck(surface.explainedVariance, [recipe, ...(recipe.with ?? [])].map(({ steps }) => steps.length)));
    if (recipe.kind === 'eigenvectors' && surface.eigenvalues) checks.push(eigenvectorsCheck(surface.eigenvalues, recipe.tolerance), notDrawn('Eigenvectors are'));
    if (recipe.kind === 'vectors') checks.push(notDrawn('Given directions are'));
    checks.push(await subsetCheck(drawnAgain, places, losses, step, surface.recipe.subset?.seed ?? 0));
    if (otherMode) checks.push(await batchNormCheck(problem, otherMode, places, losses, step));
    if (fresh) {
      // Beside a direction that follows from the network only the other one is drawn.
      const drawn = (found: readonly Place[]): Direction[] => found.filter(({ axis }) => recipe.kind === 'random' || recipe.kind === 'line' || axis > 0).map(({ displacement }) => displacement);
      const others = Array.from({ length: FRESH }, (_, i) => drawn(halfWay(fresh(i + 1), surface)));
      checks.push(await repeatabilityCheck(problem, [drawn(here), ...others], losses, step));
    }
    return checks.filter((check) => check !== undefined);
  } finally {
    for (const evaluator of evaluators.values()) await evaluator.dispose();
  }
}

interface Place {
  /** Counted from 0. */
  readonly axis: number;
  readonly displacement: Direction;
}

/** The displacements half way from the centre to the ends of the axes. */
function halfWay({ directions }: Plane, { x, y, z }: Pick<Surface, 'x' | 'y' | 'z'>): Place[] {
  return directions.flatMap((direction, axis) => {
    const range = [x, y, z][axis]!;
    return [range[0]! / 2, range.at(-1)! / 2].filter((step) => step !== 0).map((step) => ({ axis, displacement: scaled(direction, step) }));
  });
}
