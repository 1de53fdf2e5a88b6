import { symmetricEigen } from '#core/curvature';
import { UserError } from '#core/graph';
import type { Direction } from './directions';
import { combineRows, gramMatrix, type DifferenceRows } from './gram';

/** Weights at some moment of training. */
export interface Checkpoint {
  readonly step: number;
  /** May be read from the disk each time they are asked for: take them once, and let them go. */
  readonly parameters: Readonly<Record<string, Float32Array>>;
  /** What else the network held then (BatchNorm's running statistics); absent: as at the centre. */
  readonly buffers?: Readonly<Record<string, Float32Array>>;
}

/** The checkpoints of one training, in order. */
export interface CheckpointPath {
  /** What messages and pictures call the run; absent: it is the one at the centre. */
  readonly name?: string;
  readonly checkpoints: readonly Checkpoint[];
}

/** A path in the plane. */
export interface ProjectedPath {
  /** Coordinates of every checkpoint `[n, axes]`; the final weights at the centre are the origin. */
  readonly points: Float64Array;
  /** Distance of every checkpoint from the plane `[n]`. */
  readonly residual: Float64Array;
  /** Share of this path's own variance (around its own mean) that lies in the plane. */
  readonly share: number;
}

/** The plane (or the volume) that best holds the paths of training, and the paths in it. */
export interface TrajectoryPlane {
  /** Orthonormal directions in weight space. */
  readonly directions: readonly [Direction, ...Direction[]];
  /** Shares of the variance of all checkpoints together along the directions. */
  readonly explainedVariance: readonly number[];
  /** One a path, in the order given. */
  readonly paths: readonly ProjectedPath[];
}

/**
 * The first principal components (two, or three for a volume) of the checkpoints' differences from the final weights, `M = [w_0 - w, ..., w_n - w]`
 * (Li et al. 2018, section 7.2), of several paths together: their checkpoints are the rows of one matrix, each counting alike. Principal components are taken
 * of the centred matrix, through its Gram matrix in float64 (`n x n` instead of parameters x parameters); the plane then passes through the final weights `w`
 * at the centre.
 *
 * @param memory bytes of checkpoints that may be held at a time
 * @throws UserError with fewer than three checkpoints (four for a volume), or when they all lie on one line (in one plane): with those that coincide
 */
export function trajectoryPlane(centre: Readonly<Record<string, Float32Array>>, paths: readonly CheckpointPath[], axes: 2 | 3 = 2, memory?: number): TrajectoryPlane {
  const owners = paths.flatMap((path) => path.checkpoints.map((checkpoint) => ({ path, checkpoint })));
  const n = owners.length;
  if (n <= axes) {
    throw new UserError('landscape.trajectory', `the ${axes === 2 ? 'plane' : 'volume'} of a trajectory needs at least ${axes + 1} checkpoints, this run kept ${n}`, {
      hint: 'Train with "keepTrajectory": true and more epochs, or use a random plane.',
    });
  }
  const nameOf = (row: number): string => `step ${owners[row]!.checkpoint.step}${owners[row]!.path.name === undefined ? '' : ` of "${owners[row]!.path.name}"`}`;
  const rows: DifferenceRows = { centre, checkpoints: owners.map(({ checkpoint }) => checkpoint), nameOf };
  const gram = gramMatrix(rows, memory);
  if (paths.length > 1) checkMoved(paths, gram, n);
  const { values, vectors } = symmetricEigen(centreGram(gram, n), n);
  const total = values.reduce((sum, value) => sum + Math.max(value, 0), 0);
  // The largest eigenvalues stand last.
  const components = [n - 1, n - 2, n - 3].slice(0, axes);
  const variances = components.map((column) => values[column]!);
  if (!(total > 0) || !(variances.at(-1)! > 1e-12 * variances[0]!)) throw rankError(gram, n, axes, nameOf);
  const loadings = components.map((column) => centredLoadings(vectors, n, column, values[column]!));
  const points = new Float64Array(axes * n);
  const residual = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let inPlane = 0;
    for (const [k, loading] of loadings.entries()) {
      let coordinate = 0;
      for (let j = 0; j < n; j++) coordinate += loading[j]! * gram[i * n + j]!;
      points[axes * i + k] = coordinate;
      inPlane += coordinate ** 2;
    }
    residual[i] = Math.sqrt(Math.max(gram[i * n + i]! - inPlane, 0));
  }
  const directions = combineRows(rows, loadings);
  let first = 0;
  return {
    directions: [directions[0]!, ...directions.slice(1)],
    explainedVariance: variances.map((each) => each / total),
    paths: paths.map(({ checkpoints: { length } }): ProjectedPath => {
      const from = first;
      first += length;
      const own = points.slice(axes * from, axes * first);
      return { points: own, residual: residual.slice(from, first), share: variance(own, axes) / ownVariance(gram, n, from, first) };
    }),
  };
}

/** Sum of squared distances of points `[n, axes]` from their mean. */
function variance(points: Float64Array, axes: number): number {
  const n = points.length / axes;
  const means = Array.from({ length: axes }, (_, k) => points.reduce((sum, value, i) => (i % axes === k ? sum + value : sum), 0) / n);
  return points.reduce((sum, value, i) => sum + (value - means[i % axes]!) ** 2, 0);
}

/** The same of the rows `from..to` in weight space, from their Gram matrix. */
function ownVariance(gram: Float64Array, n: number, from: number, to: number): number {
  let [squares, all] = [0, 0];
  for (let i = from; i < to; i++) {
    squares += gram[i * n + i]!;
    for (let j = from; j < to; j++) all += gram[i * n + j]!;
  }
  return squares - all / (to - from);
}

/** Whether two rows are the same: then they have the very same products. */
const coincide = (gram: Float64Array, n: number, i: number, j: number): boolean => gram[i * n + i]! - 2 * gram[j * n + i]! + gram[j * n + j]! === 0;

/** Among several paths, one whose checkpoints are all the same is none. */
function checkMoved(paths: readonly CheckpointPath[], gram: Float64Array, n: number): void {
  let first = 0;
  for (const { name, checkpoints: { length } } of paths) {
    const from = first;
    first += length;
    if (!Array.from({ length }, (_, k) => from + k).every((row) => coincide(gram, n, from, row))) continue;
    const of = name === undefined ? 'this run' : `"${name}"`;
    throw new UserError('landscape.rank', `all ${length} checkpoints of ${of} hold the same weights, so there is no path of it to draw`, {
      hint: name === undefined ? 'Was the learning rate zero, or everything frozen? Put another run at the centre.' : 'Leave it out, or choose a run that was trained further.',
    });
  }
}

/** Says which checkpoints are the same weights, where some are. */
function rankError(gram: Float64Array, n: number, axes: 2 | 3, nameOf: (row: number) => string): UserError {
  const groups: number[][] = [];
  for (let i = 0; i < n; i++) {
    const same = groups.find(([first]) => coincide(gram, n, i, first!));
    if (same) same.push(i);
    else groups.push([i]);
  }
  const space = axes === 2 ? 'plane' : 'volume';
  if (groups.length === 1) {
    return new UserError('landscape.rank', `all ${n} checkpoints hold the same weights, so they span no ${space}`, {
      hint: 'The training did not move them: was the learning rate zero, or everything frozen? A random plane shows what is around them.',
    });
  }
  const alike = groups.filter(({ length }) => length > 1).map((rows) => `${rows.slice(0, 5).map(nameOf).join(', ')}${rows.length > 5 ? ` and ${rows.length - 5} more` : ''}`);
  const lie = axes === 2 ? 'the checkpoints lie on one line, so they span no plane (rank one)' : 'the checkpoints lie in one plane, so they span no volume (rank two)';
  return new UserError('landscape.rank', `${lie}${alike.length > 0 ? `; ${groups.length} of ${n} differ, the same weights are at ${alike.join('; and at ')}` : ''}`, {
    hint: `Use a ${axes === 2 ? 'line' : 'plane'}, or train longer so that the path can turn.`,
  });
}

/** `H G H` with `H = I - 1/n`: the Gram matrix of the rows minus their mean. */
export function centreGram(gram: Float64Array, n: number): Float64Array {
  const means = Float64Array.from({ length: n }, (_, i) => gram.subarray(i * n, (i + 1) * n).reduce((sum, value) => sum + value, 0) / n);
  const mean = means.reduce((sum, value) => sum + value, 0) / n;
  return gram.map((value, at) => value - means[Math.floor(at / n)]! - means[at % n]! + mean);
}

/** Weights `c` with `direction = sum_j c_j row_j` of unit length, from an eigenvector of the centred Gram matrix, a column of `vectors`. */
function centredLoadings(vectors: Float64Array, n: number, column: number, eigenvalue: number): Float64Array {
  const loading = Float64Array.from({ length: n }, (_, i) => vectors[i * n + column]! / Math.sqrt(eigenvalue));
  const mean = loading.reduce((sum, value) => sum + value, 0) / n;
  // The sign of a principal direction is free: the path shall begin on the positive side.
  const sign = loading[0]! - mean < 0 ? -1 : 1;
  return loading.map((value) => sign * (value - mean));
}
