import { UserError } from '#core/graph';
import { difference, type Direction, gaussian, innerProduct, movingParameters, normalizeDirection, orthogonalize, randomDirection, restrict, scaled } from './directions';
import { type Checkpoint, trajectoryPlane } from './principal';
import type { LandscapeProblem } from './problem';
import type { Axis, PlaneRecipe, WeightsReference } from './recipe';

/** One or two directions through the centre, and what is known of the path of training in their plane. */
export interface Plane {
  readonly recipe: PlaneRecipe;
  /** Unit steps along x and y; a line has no second one. */
  readonly directions: readonly [Direction] | readonly [Direction, Direction];
  readonly explainedVariance?: readonly [number, number];
  /** Training's path in plane coordinates, where checkpoints were given. */
  readonly path?: { readonly points: Float64Array; readonly steps: Float64Array; readonly residual: Float64Array };
  /** The other weights that the plane was laid through. */
  readonly anchors?: readonly Anchor[];
}

/** Weights with a place in the plane. */
export interface Anchor {
  readonly name: string;
  readonly x: number;
  readonly y: number;
}

type Weights = Readonly<Record<string, Float32Array>>;

export interface PlaneSources {
  /** Checkpoints in training order; needed for the trajectory plane, projected onto any other. */
  readonly checkpoints?: readonly Checkpoint[];
  /** Other weights that the plane leads to, by fingerprint. */
  readonly weights?: Readonly<Record<string, Weights>>;
  /** Gradient of the loss at the centre, for the plane that holds it (`lossGradient`). */
  readonly gradient?: Direction;
}

/**
 * Builds the directions that a recipe describes.
 *
 * @throws UserError where what the recipe refers to is missing, is of another network, or spans no plane
 */
export function makePlane(problem: Pick<LandscapeProblem, 'parameters'>, recipe: PlaneRecipe, sources: PlaneSources = {}): Plane {
  const { parameters } = problem;
  const centre: Weights = Object.fromEntries(Object.entries(parameters).map(([name, { data }]) => [name, data]));
  const checkpoints = sources.checkpoints ?? [];
  const steps = Float64Array.from(checkpoints, ({ step }) => step);
  if (recipe.kind === 'trajectory') {
    const { directions, explainedVariance, points, residual } = trajectoryPlane(centre, checkpoints);
    return { recipe: { ...recipe, steps: Array.from(steps) }, directions, explainedVariance, path: { points, steps, residual } };
  }
  if (recipe.kind === 'line') {
    const { to, ...random } = recipe;
    if (to === undefined) return { recipe, directions: [randomDirection(parameters, { ...random, index: 0 })] };
    return { recipe, directions: [towards(to, centre, sources)], anchors: [{ name: to.name, x: 1, y: 0 }] };
  }
  const { directions, anchors } = spanned(recipe, parameters, centre, sources);
  return {
    recipe,
    directions,
    ...(anchors && { anchors }),
    ...(checkpoints.length > 0 && { path: { steps, ...project(centre, checkpoints, directions) } }),
  };
}

type Spanned = Exclude<PlaneRecipe, { kind: 'trajectory' | 'line' }>;

function spanned(recipe: Spanned, parameters: LandscapeProblem['parameters'], centre: Weights, sources: PlaneSources): { directions: readonly [Direction, Direction]; anchors?: Anchor[] } {
  if (recipe.kind === 'through') return through(recipe.of, centre, sources);
  const random = (index: number): Direction => gaussian(parameters, { ...recipe, index });
  const normalized = (direction: Direction): Direction => normalizeDirection(direction, parameters, recipe.normalization);
  if (recipe.kind === 'gradient') {
    if (sources.gradient === undefined) throw new Error('the plane of the gradient needs the gradient');
    const gradient = restrict(sources.gradient, movingParameters(parameters, recipe.include));
    if (innerProduct(gradient, gradient) === 0) {
      throw new UserError('landscape.gradient', 'the gradient is zero at these weights, so it shows no direction', { hint: 'Use a random plane, or another checkpoint.' });
    }
    return { directions: [normalized(gradient), normalized(orthogonalize(random(0), gradient))] };
  }
  const [first, second] = [random(0), random(1)];
  return { directions: [normalized(first), normalized(recipe.orthogonal ? orthogonalize(second, first) : second)] };
}

/** Two weights closer to one line with the centre than this (sine of the angle) span no plane that float32 could hold. */
const SMALLEST_ANGLE = 1e-4;

/**
 * The plane through three weights with orthogonal axes of unit length, so that distances in the picture are distances of weights
 * (Garipov, Izmailov, Podoprikhin, Vetrov, Wilson 2018, "Loss surfaces, mode connectivity, and fast ensembling of DNNs", section 3.2).
 */
function through([first, second]: readonly [WeightsReference, WeightsReference], centre: Weights, sources: PlaneSources): { directions: readonly [Direction, Direction]; anchors: Anchor[] } {
  const [a, b] = [towards(first, centre, sources), towards(second, centre, sources)];
  const [lengthA, lengthB] = [a, b].map((direction) => Math.sqrt(innerProduct(direction, direction))) as [number, number];
  const beside = orthogonalize(b, a);
  const height = Math.sqrt(innerProduct(beside, beside));
  if (!(height > SMALLEST_ANGLE * lengthB)) {
    throw new UserError('landscape.rank', `the centre, "${first.name}" and "${second.name}" lie on one line, so they span no plane (rank one)`, {
      hint: 'Choose weights of another run, or look along the line.',
    });
  }
  const directions = [scaled(a, 1 / lengthA), scaled(beside, 1 / height)] as const;
  return { directions, anchors: [{ name: first.name, x: lengthA, y: 0 }, { name: second.name, x: innerProduct(b, directions[0]), y: height }] };
}

function towards({ name, fingerprint }: WeightsReference, centre: Weights, sources: PlaneSources): Direction {
  const target = sources.weights?.[fingerprint];
  if (target === undefined) throw new Error(`the weights "${name}" were not given`);
  const way = difference(centre, target, `"${name}"`);
  if (innerProduct(way, way) === 0) {
    throw new UserError('landscape.rank', `"${name}" has the same weights as the centre, so no line leads there`, { hint: 'Choose another run or checkpoint.' });
  }
  return way;
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
