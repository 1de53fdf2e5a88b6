import { UserError } from '#core/graph';
import { type Direction, gaussian, normalizeDirection, orthogonalize, randomDirection } from './directions';
import { type Checkpoint, trajectoryPlane } from './principal';
import type { LandscapeProblem } from './problem';
import type { Axis, PlaneRecipe } from './recipe';

/** One or two directions through the centre, and what is known of the path of training in their plane. */
export interface Plane {
  readonly recipe: PlaneRecipe;
  /** Unit steps along x and y; a line has no second one. */
  readonly directions: readonly [Direction] | readonly [Direction, Direction];
  readonly explainedVariance?: readonly [number, number];
  /** Training's path in plane coordinates, where checkpoints were given. */
  readonly path?: { readonly points: Float64Array; readonly steps: Float64Array; readonly residual: Float64Array };
}

export interface PlaneSources {
  /** Checkpoints in training order; needed for the trajectory plane, projected onto any other. */
  readonly checkpoints?: readonly Checkpoint[];
  /** The other end of a line, by name. */
  readonly weights?: Readonly<Record<string, Readonly<Record<string, Float32Array>>>>;
}

/** Builds the directions that a recipe describes. */
export function makePlane(problem: Pick<LandscapeProblem, 'parameters'>, recipe: PlaneRecipe, sources: PlaneSources = {}): Plane {
  const { parameters } = problem;
  const centre = Object.fromEntries(Object.entries(parameters).map(([name, { data }]) => [name, data]));
  const checkpoints = sources.checkpoints ?? [];
  const steps = Float64Array.from(checkpoints, ({ step }) => step);
  if (recipe.kind === 'trajectory') {
    const { directions, explainedVariance, points, residual } = trajectoryPlane(centre, checkpoints);
    return { recipe: { ...recipe, steps: Array.from(steps) }, directions, explainedVariance, path: { points, steps, residual } };
  }
  const { seed, normalization, include } = recipe;
  if (recipe.kind === 'line') {
    const direction = recipe.to === undefined ? randomDirection(parameters, { seed, index: 0, normalization, include }) : towards(recipe.to, centre, sources);
    return { recipe, directions: [direction] };
  }
  const options = { seed, include };
  const first = gaussian(parameters, { ...options, index: 0 });
  const second = gaussian(parameters, { ...options, index: 1 });
  const directions: readonly [Direction, Direction] = [
    normalizeDirection(first, parameters, normalization),
    normalizeDirection(recipe.orthogonal ? orthogonalize(second, first) : second, parameters, normalization),
  ];
  if (checkpoints.length === 0) return { recipe, directions };
  return { recipe, directions, path: { steps, ...project(centre, checkpoints, directions) } };
}

function towards(name: string, centre: Readonly<Record<string, Float32Array>>, sources: PlaneSources): Direction {
  const target = sources.weights?.[name];
  if (target === undefined) {
    throw new UserError('landscape.line', `there are no weights called "${name}" to draw a line to`, {
      hint: `Known: ${Object.keys(sources.weights ?? {}).join(', ') || 'none'}.`,
    });
  }
  return Object.fromEntries(
    Object.entries(centre).map(([parameter, from]) => {
      const to = target[parameter];
      if (to?.length !== from.length) throw new UserError('landscape.line', `"${name}" is another network: ${parameter} does not fit`);
      return [parameter, to.map((value, i) => value - from[i]!)];
    }),
  );
}

/** Least-squares coordinates of the checkpoints in a plane whose directions need not be orthogonal. */
function project(centre: Readonly<Record<string, Float32Array>>, checkpoints: readonly Checkpoint[], [a, b]: readonly [Direction, Direction]): { points: Float64Array; residual: Float64Array } {
  let [aa, ab, bb] = [0, 0, 0];
  forEachEntry(a, b, (_name, _i, x, y) => {
    aa += x * x;
    ab += x * y;
    bb += y * y;
  });
  const determinant = aa * bb - ab * ab;
  const points = new Float64Array(2 * checkpoints.length);
  const residual = new Float64Array(checkpoints.length);
  checkpoints.forEach(({ parameters }, n) => {
    let [da, db, dd] = [0, 0, 0];
    for (const [name, from] of Object.entries(centre)) {
      const to = parameters[name]!;
      for (let i = 0; i < from.length; i++) dd += (to[i]! - from[i]!) ** 2;
    }
    forEachEntry(a, b, (name, i, x, y) => {
      const d = parameters[name]![i]! - centre[name]![i]!;
      da += d * x;
      db += d * y;
    });
    const [u, v] = [(da * bb - db * ab) / determinant, (db * aa - da * ab) / determinant];
    points.set([u, v], 2 * n);
    residual[n] = Math.sqrt(Math.max(dd - (u * da + v * db), 0));
  });
  return { points, residual };
}

function forEachEntry(a: Direction, b: Direction, visit: (name: string, i: number, x: number, y: number) => void): void {
  for (const [name, values] of Object.entries(a)) {
    const other = b[name];
    for (let i = 0; i < values.length; i++) visit(name, i, values[i]!, other?.[i] ?? 0);
  }
}

/** Ranges that hold a path with a fifth of its extent around it; both axes keep the origin in view. */
export function rangesAround(points: Float64Array): { x: Pick<Axis, 'from' | 'to'>; y: Pick<Axis, 'from' | 'to'> } {
  const range = (offset: 0 | 1): Pick<Axis, 'from' | 'to'> => {
    const values = [0, ...points.filter((_, i) => i % 2 === offset)];
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const margin = (high - low || 1) * 0.2;
    return { from: low - margin, to: high + margin };
  };
  return { x: range(0), y: range(1) };
}
