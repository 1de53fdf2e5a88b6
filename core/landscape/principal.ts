import { UserError } from '#core/graph';
import type { Direction } from './directions';

/** Weights at some moment of training. */
export interface Checkpoint {
  readonly step: number;
  readonly parameters: Readonly<Record<string, Float32Array>>;
}

/** The plane (or the volume) that best holds the path of training, and the path in it. */
export interface TrajectoryPlane {
  /** Orthonormal directions in weight space. */
  readonly directions: readonly [Direction, ...Direction[]];
  /** Shares of the path's variance along the directions. */
  readonly explainedVariance: readonly number[];
  /** Coordinates of every checkpoint `[n, axes]`; the final weights are the origin. */
  readonly points: Float64Array;
  /** Distance of every checkpoint from the plane through the final weights `[n]`. */
  readonly residual: Float64Array;
}

/**
 * The first principal components (two, or three for a volume) of the checkpoints' differences from the final weights, `M = [w_0 - w, ..., w_n - w]`
 * (Li et al. 2018, section 7.2). Principal components are taken of the centred matrix, through its Gram matrix in
 * float64 (`n x n` instead of parameters x parameters); the plane then passes through the final weights `w`.
 *
 * @throws UserError with fewer than three checkpoints (four for a volume), or when they all lie on one line (in one plane)
 */
export function trajectoryPlane(centre: Readonly<Record<string, Float32Array>>, checkpoints: readonly Checkpoint[], axes: 2 | 3 = 2): TrajectoryPlane {
  const n = checkpoints.length;
  if (n <= axes) {
    throw new UserError('landscape.trajectory', `the ${axes === 2 ? 'plane' : 'volume'} of a trajectory needs at least ${axes + 1} checkpoints, this run kept ${n}`, {
      hint: 'Train with "keepTrajectory": true and more epochs, or use a random plane.',
    });
  }
  const names = Object.keys(centre);
  const differences = checkpoints.map(({ step, parameters }) => names.map((name) => difference(name, step, parameters[name], centre[name]!)));
  const gram = gramMatrix(differences);
  const { values, vectors } = symmetricEigen(centreGram(gram, n), n);
  const total = values.reduce((sum, value) => sum + Math.max(value, 0), 0);
  if (!(total > 0) || !(values[axes - 1]! > 1e-12 * values[0]!)) {
    throw new UserError('landscape.trajectory', axes === 2 ? 'the checkpoints lie on one line, so they span no plane' : 'the checkpoints lie in one plane, so they span no volume', {
      hint: `Use a ${axes === 2 ? 'line' : 'plane'}, or train longer so that the path can turn.`,
    });
  }
  const components = [0, 1, 2].slice(0, axes);
  const loadings = components.map((k) => centredLoadings(vectors, n, k, values[k]!));
  const points = new Float64Array(axes * n);
  const residual = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let inPlane = 0;
    for (const k of components) {
      let coordinate = 0;
      for (let j = 0; j < n; j++) coordinate += loadings[k]![j]! * gram[i * n + j]!;
      points[axes * i + k] = coordinate;
      inPlane += coordinate ** 2;
    }
    residual[i] = Math.sqrt(Math.max(gram[i * n + i]! - inPlane, 0));
  }
  const directions = loadings.map((loading) => combine(names, differences, loading));
  return {
    directions: [directions[0]!, ...directions.slice(1)],
    explainedVariance: components.map((k) => values[k]! / total),
    points,
    residual,
  };
}

function difference(name: string, step: number, from: Float32Array | undefined, centre: Float32Array): Float64Array {
  if (from?.length !== centre.length) {
    throw new UserError('landscape.trajectory', `the checkpoint of step ${step} does not fit the final weights: ${name}`, {
      hint: 'All checkpoints of a trajectory must be of the same network.',
    });
  }
  return Float64Array.from(from, (value, i) => value - centre[i]!);
}

function gramMatrix(rows: readonly (readonly Float64Array[])[]): Float64Array {
  const n = rows.length;
  const gram = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      rows[i]!.forEach((a, tensor) => {
        const b = rows[j]![tensor]!;
        for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!;
      });
      gram[i * n + j] = gram[j * n + i] = sum;
    }
  }
  return gram;
}

/** `H G H` with `H = I - 1/n`: the Gram matrix of the rows minus their mean. */
function centreGram(gram: Float64Array, n: number): Float64Array {
  const means = Float64Array.from({ length: n }, (_, i) => gram.subarray(i * n, (i + 1) * n).reduce((sum, value) => sum + value, 0) / n);
  const mean = means.reduce((sum, value) => sum + value, 0) / n;
  return gram.map((value, at) => value - means[Math.floor(at / n)]! - means[at % n]! + mean);
}

/** Weights `c` with `direction = sum_j c_j row_j` of unit length, from the k-th eigenvector of the centred Gram matrix. */
function centredLoadings(vectors: Float64Array, n: number, k: number, eigenvalue: number): Float64Array {
  const loading = Float64Array.from({ length: n }, (_, i) => vectors[i * n + k]! / Math.sqrt(eigenvalue));
  const mean = loading.reduce((sum, value) => sum + value, 0) / n;
  // The sign of a principal direction is free: the path shall begin on the positive side.
  const sign = loading[0]! - mean < 0 ? -1 : 1;
  return loading.map((value) => sign * (value - mean));
}

function combine(names: readonly string[], rows: readonly (readonly Float64Array[])[], loading: Float64Array): Direction {
  return Object.fromEntries(
    names.map((name, tensor) => {
      const sum = new Float64Array(rows[0]![tensor]!.length);
      rows.forEach((row, i) => row[tensor]!.forEach((value, k) => (sum[k]! += loading[i]! * value)));
      return [name, Float32Array.from(sum)];
    }),
  );
}

/**
 * Eigenvalues (descending) and eigenvectors (columns of a row-major matrix) of a symmetric matrix, by cyclic Jacobi
 * rotations (Golub and Van Loan, section 8.5): accurate to rounding for the few hundred rows a trajectory has.
 */
export function symmetricEigen(matrix: Float64Array, n: number): { values: Float64Array; vectors: Float64Array } {
  const a = Float64Array.from(matrix);
  const v = Float64Array.from({ length: n * n }, (_, i) => Number(i % (n + 1) === 0));
  const scale = Math.hypot(...a);
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) off += a[p * n + q]! ** 2;
    if (Math.sqrt(off) <= 1e-15 * scale) break;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) rotate(a, v, n, p, q);
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => a[j * n + j]! - a[i * n + i]!);
  const vectors = new Float64Array(n * n);
  order.forEach((from, to) => {
    for (let row = 0; row < n; row++) vectors[row * n + to] = v[row * n + from]!;
  });
  return { values: Float64Array.from(order, (i) => a[i * n + i]!), vectors };
}

function rotate(a: Float64Array, v: Float64Array, n: number, p: number, q: number): void {
  const apq = a[p * n + q]!;
  if (apq === 0) return;
  const theta = (a[q * n + q]! - a[p * n + p]!) / (2 * apq);
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (let k = 0; k < n; k++) {
    const [kp, kq] = [a[k * n + p]!, a[k * n + q]!];
    a[k * n + p] = c * kp - s * kq;
    a[k * n + q] = s * kp + c * kq;
  }
  for (let k = 0; k < n; k++) {
    const [pk, qk] = [a[p * n + k]!, a[q * n + k]!];
    a[p * n + k] = c * pk - s * qk;
    a[q * n + k] = s * pk + c * qk;
    const [vp, vq] = [v[k * n + p]!, v[k * n + q]!];
    v[k * n + p] = c * vp - s * vq;
    v[k * n + q] = s * vp + c * vq;
  }
}
