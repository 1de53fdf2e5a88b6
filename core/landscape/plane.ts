import { UserError } from '#core/graph';
import { difference, type Direction, gaussian, innerProduct, movingParameters, normalizeDirection, orthogonalize, randomDirection, restrict, scaled } from './directions';
import { type AxisEigenvalue, checkRank, type GivenDirections, scaleGiven, SMALLEST_ANGLE } from './given';
import { type Checkpoint, type CheckpointPath, trajectoryPlane } from './principal';
import type { LandscapeProblem } from './problem';
import type { Axis, PlaneRecipe, WeightsReference } from './recipe';

/** One to three directions through the centre, and what is known of the path of training in the space they span. */
export interface Plane {
  readonly recipe: PlaneRecipe;
  /** Unit steps along x, y and z: one of a line, two of a plane, three of a volume. */
  readonly directions: readonly [Direction, ...Direction[]];
  readonly explainedVariance?: readonly number[];
  /** Training's path, where checkpoints were given. */
  readonly path?: PlanePath;
  /** The paths of other runs in the same plane. */
  readonly otherPaths?: readonly (PlanePath & { readonly name: string })[];
  /** The other weights that the plane was laid through. */
  readonly anchors?: readonly Anchor[];
  /** By axis, where these are eigenvectors of the Hessian. */
  readonly eigenvalues?: readonly AxisEigenvalue[];
}

/** A path of training in the plane. */
export interface PlanePath {
  /** Coordinates `[n, axes]`. */
  readonly points: Float64Array;
  readonly steps: Float64Array;
  /** Distance of each checkpoint from the plane `[n]`. */
  readonly residual: Float64Array;
  /** Share of the path's own variance that lies in the plane, where this was laid through several paths. */
  readonly share?: number;
}

/** Weights with a place in the plane. */
export interface Anchor {
  readonly name: string;
  readonly x: number;
  readonly y: number;
  /** In a volume. */
  readonly z?: number;
}

type Weights = Readonly<Record<string, Float32Array>>;

export interface PlaneSources {
  /** Checkpoints in training order; needed for the trajectory plane, projected onto any other. */
  readonly checkpoints?: readonly Checkpoint[];
  /** Checkpoints of other runs whose paths share a trajectory's plane, in the recipe's order. */
  readonly otherPaths?: readonly (CheckpointPath & { readonly name: string })[];
  /** Other weights that the plane leads to, by fingerprint. */
  readonly weights?: Readonly<Record<string, Weights>>;
  /** Gradient of the loss at the centre, for the plane that holds it (`lossGradient`). */
  readonly gradient?: Direction;
  /** The directions of a plane of eigenvectors, of an ascent, or of given vectors. */
  readonly given?: GivenDirections;
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
  const steps = stepsOf(checkpoints);
  if (recipe.kind === 'trajectory') return alongPaths(recipe, centre, checkpoints, sources.otherPaths ?? []);
  if (recipe.kind === 'line') {
    const { to, ...random } = recipe;
    if (to === undefined) return { recipe, directions: [randomDirection(parameters, { ...random, index: 0 })] };
    return { recipe, directions: [towards(to, centre, sources)], anchors: [{ name: to.name, x: 1, y: 0 }] };
  }
  const { directions, ...facts } = spanned(recipe, parameters, centre, sources);
  return {
    recipe,
    directions,
    ...facts,
    ...(checkpoints.length > 0 && directions.length > 1 && { path: { steps, ...project(centre, checkpoints, directions) } }),
  };
}

const stepsOf = (checkpoints: readonly Checkpoint[]): Float64Array => Float64Array.from(checkpoints, ({ step }) => step);

/** The plane of one path of training, or of several together. */
function alongPaths(recipe: Extract<PlaneRecipe, { kind: 'trajectory' }>, centre: Weights, checkpoints: readonly Checkpoint[], others: NonNullable<PlaneSources['otherPaths']>): Plane {
  const { directions, explainedVariance, paths } = trajectoryPlane(centre, [{ checkpoints }, ...others], recipe.axes);
  const [path, ...beside] = [checkpoints, ...others.map((other) => other.checkpoints)].map((own, i): PlanePath => {
    const { share, ...projected } = paths[i]!;
    return { ...projected, steps: stepsOf(own), ...(others.length > 0 && { share }) };
  });
  return {
    recipe: { ...recipe, steps: checkpoints.map(({ step }) => step), ...(recipe.with && { with: recipe.with.map((run, i) => ({ ...run, steps: others[i]!.checkpoints.map(({ step }) => step) })) }) },
    directions,
    explainedVariance,
    path: path!,
    ...(others.length > 0 && { otherPaths: beside.map((own, i) => ({ ...own, name: others[i]!.name })) }),
  };
}

type Spanned = Exclude<PlaneRecipe, { kind: 'trajectory' | 'line' }>;

function spanned(recipe: Spanned, parameters: LandscapeProblem['parameters'], centre: Weights, sources: PlaneSources): Pick<Plane, 'directions' | 'anchors' | 'eigenvalues'> {
  if (recipe.kind === 'through') return through(recipe.of, centre, sources);
  if (recipe.kind === 'eigenvectors' || recipe.kind === 'vectors') return given(recipe, parameters, sources);
  const random = (index: number): Direction => gaussian(parameters, { ...recipe, index });
  const normalized = (direction: Direction): Direction => normalizeDirection(direction, parameters, recipe.normalization);
  if (recipe.kind === 'ascent') {
    const { directions: [way] = [], ascent } = sources.given ?? {};
    if (way === undefined || ascent === undefined) throw new Error('the plane of the ascent needs its way');
    const beside = orthogonalize(random(0), way);
    const unit = scaled(beside, 1 / Math.sqrt(innerProduct(beside, beside)));
    // Scaled filter by filter, the axis no longer leads where the ascent ended.
    const anchors = recipe.normalization === 'none' ? [{ name: `highest found: ${Number(ascent.loss.toPrecision(4))}`, x: ascent.distance, y: 0 }] : undefined;
    return { directions: [normalized(way), normalized(unit)], ...(anchors && { anchors }) };
  }
  if (recipe.kind === 'gradient') {
    if (sources.gradient === undefined) throw new Error('the plane of the gradient needs the gradient');
    const gradient = restrict(sources.gradient, movingParameters(parameters, recipe.include));
    if (innerProduct(gradient, gradient) === 0) {
      throw new UserError('landscape.gradient', 'the gradient is zero at these weights, so it shows no direction', { hint: 'Use a random plane, or another checkpoint.' });
    }
    const drawn = [0, 1].slice(0, (recipe.axes ?? 2) - 1).map(random);
    const [, ...beside] = orthogonalized([gradient, ...drawn]);
    return { directions: [normalized(gradient), ...beside.map(normalized)] };
  }
  const drawn = [0, 1, 2].slice(0, recipe.axes ?? 2).map(random);
  const [first, ...others] = (recipe.orthogonal ? orthogonalized(drawn) : drawn).map(normalized);
  return { directions: [first!, ...others] };
}

/** Each direction without its components along those before it (Gram and Schmidt, the modified form). */
const orthogonalized = (directions: readonly Direction[]): Direction[] =>
  directions.reduce<Direction[]>((before, direction) => [...before, before.reduce(orthogonalize, direction)], []);

/** Directions that were found elsewhere, scaled as asked. */
function given({ kind, normalization }: Extract<PlaneRecipe, { kind: 'eigenvectors' | 'vectors' }>, parameters: LandscapeProblem['parameters'], { given: found }: PlaneSources): Pick<Plane, 'directions' | 'eigenvalues'> {
  if (found === undefined) throw new Error(`the plane of the ${kind} needs its directions`);
  const directions = scaleGiven(found, parameters, normalization);
  checkRank(directions);
  return { directions, ...(found.eigenvalues && { eigenvalues: found.eigenvalues }) };
}

/**
 * The plane through three weights (the volume through four) with orthogonal axes of unit length, so that distances in the picture are
 * distances of weights (Garipov, Izmailov, Podoprikhin, Vetrov, Wilson 2018, "Loss surfaces, mode connectivity, and fast ensembling of
 * DNNs", section 3.2).
 */
function through(of: readonly WeightsReference[], centre: Weights, sources: PlaneSources): { directions: Plane['directions']; anchors: Anchor[] } {
  // Orthogonal, as long as they are found; and the same of unit length.
  const found: Direction[] = [];
  const axes: Direction[] = [];
  const places = of.map((reference, k) => {
    const way = towards(reference, centre, sources);
    const beside = found.reduce(orthogonalize, way);
    const height = Math.sqrt(innerProduct(beside, beside));
    if (!(height > SMALLEST_ANGLE * Math.sqrt(innerProduct(way, way)))) throw rankError(of.slice(0, k + 1));
    const place = [...axes.map((axis) => innerProduct(way, axis)), height];
    found.push(beside);
    axes.push(scaled(beside, 1 / height));
    return place;
  });
  const anchors = of.map(({ name }, k): Anchor => {
    const [x = 0, y = 0, z = 0] = places[k]!;
    return of.length === 3 ? { name, x, y, z } : { name, x, y };
  });
  const [first, ...others] = axes;
  return { directions: [first!, ...others], anchors };
}

function rankError(of: readonly WeightsReference[]): UserError {
  const names = of.map(({ name }) => `"${name}"`);
  const listed = `the centre, ${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
  return of.length === 3
    ? new UserError('landscape.rank', `${listed} lie in one plane, so they span no volume (rank two)`, { hint: 'Choose weights of another run, or look at the plane.' })
    : new UserError('landscape.rank', `${listed} lie on one line, so they span no plane (rank one)`, { hint: 'Choose weights of another run, or look along the line.' });
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

/** The same directions through another centre, with the paths as they lie in that plane. */
export function planeAround({ recipe, directions, explainedVariance }: Plane, { parameters }: Pick<LandscapeProblem, 'parameters'>, { checkpoints = [], otherPaths = [] }: Pick<PlaneSources, 'checkpoints' | 'otherPaths'>): Plane {
  const centre: Weights = Object.fromEntries(Object.entries(parameters).map(([name, { data }]) => [name, data]));
  const projected = (own: readonly Checkpoint[]): PlanePath => ({ steps: stepsOf(own), ...project(centre, own, directions) });
  return {
    recipe,
    directions,
    ...(explainedVariance && { explainedVariance }),
    ...(directions.length > 1 && checkpoints.length > 0 && { path: projected(checkpoints) }),
    ...(otherPaths.length > 0 && { otherPaths: otherPaths.map((other) => ({ ...projected(other.checkpoints), name: other.name })) }),
  };
}

/** Least-squares coordinates of the checkpoints in the span of directions that need not be orthogonal. */
function project(centre: Weights, checkpoints: readonly Checkpoint[], directions: readonly Direction[]): { points: Float64Array; residual: Float64Array } {
  const axes = directions.length;
  const gram = directions.map((a) => directions.map((b) => innerProduct(a, b)));
  const points = new Float64Array(axes * checkpoints.length);
  const residual = new Float64Array(checkpoints.length);
  checkpoints.forEach(({ parameters }, n) => {
    const way = Object.fromEntries(Object.entries(centre).map(([name, from]) => [name, Float64Array.from(from, (value, i) => parameters[name]![i]! - value)]));
    const shares = directions.map((direction) => innerProduct(direction, way));
    const place = solveSymmetric(gram, shares);
    points.set(place, axes * n);
    residual[n] = Math.sqrt(Math.max(innerProduct(way, way) - place.reduce((sum, value, k) => sum + value * shares[k]!, 0), 0));
  });
  return { points, residual };
}

/** Solves `A x = b` for a positive definite matrix of a few rows, by elimination. */
function solveSymmetric(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const n = right.length;
  const rows = matrix.map((row, i) => [...row, right[i]!]);
  for (let k = 0; k < n; k++) {
    for (let i = k + 1; i < n; i++) {
      const factor = rows[i]![k]! / rows[k]![k]!;
      for (let j = k; j <= n; j++) rows[i]![j]! -= factor * rows[k]![j]!;
    }
  }
  const solution = new Array<number>(n).fill(0);
  for (let k = n - 1; k >= 0; k--) {
    const known = solution.reduce((sum, value, j) => (j > k ? sum + rows[k]![j]! * value : sum), 0);
    solution[k] = (rows[k]![n]! - known) / rows[k]![k]!;
  }
  return solution;
}

/** The range of each axis that holds points `[n, axes]` with a fifth of their extent around them; all keep the origin in view. */
export function rangesAround(points: Float64Array, axes: number): Pick<Axis, 'from' | 'to'>[] {
  return Array.from({ length: axes }, (_, axis) => {
    const values = [0, ...points.filter((_, i) => i % axes === axis)];
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const margin = (high - low || 1) * 0.2;
    return { from: low - margin, to: high + margin };
  });
}
