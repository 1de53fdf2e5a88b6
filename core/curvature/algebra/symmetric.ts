/** Eigenvalues, ascending, and eigenvectors: the k-th is column k of `vectors` `[n, n]`, row-major. */
export interface Eigen {
  readonly values: Float64Array;
  readonly vectors: Float64Array;
}

/** Sweeps of QL after which an eigenvalue is given up; a few are usual. */
const MOST_SWEEPS = 60;

/**
 * Eigenvalues and eigenvectors of the symmetric tridiagonal matrix with this diagonal `[n]` and off-diagonal `[n - 1]`, by
 * implicitly shifted QL (Bowdler, Martin, Reinsch, Wilkinson 1968). `start` `[n, n]` is multiplied by the rotations: the
 * identity gives the eigenvectors themselves, none at all the eigenvalues alone.
 */
export function tridiagonalEigen(diagonal: ArrayLike<number>, offDiagonal: ArrayLike<number>, start?: Float64Array): Eigen {
  const n = diagonal.length;
  const d = Float64Array.from(diagonal);
  const e = new Float64Array(n);
  for (let i = 0; i + 1 < n; i++) e[i] = offDiagonal[i]!;
  const z = start ?? identity(n);
  const rows = z.length / n;
  for (let l = 0; l < n; l++) {
    for (let sweep = 0; ; sweep++) {
      const m = firstSmall(d, e, l);
      if (m === l) break;
      if (sweep >= MOST_SWEEPS) throw new Error('the tridiagonal eigenvalue iteration does not converge: the matrix holds NaN or infinity');
      sweepOnce(d, e, z, rows, l, m);
    }
  }
  return sorted(d, z, rows);
}

const identity = (n: number): Float64Array => Float64Array.from({ length: n * n }, (_, i) => Number(i % (n + 1) === 0));

/** The first index from `l` on whose off-diagonal entry is negligible. */
function firstSmall(d: Float64Array, e: Float64Array, l: number): number {
  for (let m = l; m < d.length - 1; m++) {
    const size = Math.abs(d[m]!) + Math.abs(d[m + 1]!);
    if (Math.abs(e[m]!) <= Number.EPSILON * size) return m;
  }
  return d.length - 1;
}

/** One implicit QL sweep with Wilkinson's shift on the unreduced block `l ... m`. */
function sweepOnce(d: Float64Array, e: Float64Array, z: Float64Array, rows: number, l: number, m: number): void {
  const n = d.length;
  let g = (d[l + 1]! - d[l]!) / (2 * e[l]!);
  let r = Math.hypot(g, 1);
  g = d[m]! - d[l]! + e[l]! / (g + (g >= 0 ? r : -r));
  let [s, c, p] = [1, 1, 0];
  for (let i = m - 1; i >= l; i--) {
    const f = s * e[i]!;
    const b = c * e[i]!;
    r = Math.hypot(f, g);
    e[i + 1] = r;
    if (r === 0) {
      d[i + 1]! -= p;
      e[m] = 0;
      return;
    }
    s = f / r;
    c = g / r;
    g = d[i + 1]! - p;
    r = (d[i]! - g) * s + 2 * c * b;
    p = s * r;
    d[i + 1] = g + p;
    g = c * r - b;
    for (let k = 0; k < rows; k++) {
      const right = z[k * n + i + 1]!;
      const left = z[k * n + i]!;
      z[k * n + i + 1] = s * left + c * right;
      z[k * n + i] = c * left - s * right;
    }
  }
  d[l]! -= p;
  e[l] = g;
  e[m] = 0;
}

function sorted(d: Float64Array, z: Float64Array, rows: number): Eigen {
  const n = d.length;
  const order = Array.from(d.keys()).sort((a, b) => d[a]! - d[b]!);
  return {
    values: Float64Array.from(order, (k) => d[k]!),
    vectors: Float64Array.from({ length: rows * n }, (_, at) => z[Math.floor(at / n) * n + order[at % n]!]!),
  };
}

/** Eigenvalues and eigenvectors of a dense symmetric matrix `[n, n]`: Householder's reduction, then QL. */
export function symmetricEigen(matrix: ArrayLike<number>, n: number): Eigen {
  const reduced = reduction(matrix, identity(n), n);
  for (;;) {
    const { done, value } = reduced.next();
    if (done) return tridiagonalEigen(value.diagonal, value.offDiagonal, value.turned);
  }
}

/** Milliseconds of work after which other work gets its turn. */
const TURN = 50;

/**
 * Eigenvalues of a dense symmetric matrix `[n, n]`, ascending. Other work gets its turn while they are computed.
 *
 * @param onProgress is told the share that is done
 * @throws the signal's reason when it is aborted
 */
export async function symmetricEigenvalues(matrix: ArrayLike<number>, n: number, { signal, onProgress }: { readonly signal?: AbortSignal; readonly onProgress?: (share: number) => void } = {}): Promise<Float64Array> {
  const reduced = reduction(matrix, new Float64Array(0), n);
  let since = performance.now();
  for (;;) {
    const { done, value } = reduced.next();
    if (done) return tridiagonalEigen(value.diagonal, value.offDiagonal, value.turned).values;
    if (performance.now() - since < TURN) continue;
    signal?.throwIfAborted();
    // The work shrinks with the cube of what is left.
    onProgress?.(1 - (1 - value / n) ** 3);
    await new Promise((resolve) => setImmediate(resolve));
    since = performance.now();
  }
}

interface Tridiagonal {
  readonly diagonal: Float64Array;
  readonly offDiagonal: Float64Array;
  /** The rows of `q` times the reflections. */
  readonly turned: Float64Array;
}

/** Householder's reduction to a tridiagonal matrix, a column a step; `q` `[rows, n]` is multiplied by the reflections. */
function* reduction(matrix: ArrayLike<number>, q: Float64Array, n: number): Generator<number, Tridiagonal> {
  const a = Float64Array.from(matrix);
  const rows = q.length / n;
  const v = new Float64Array(n);
  const p = new Float64Array(n);
  for (let k = 0; k + 2 < n; k++) {
    yield k;
    let length = 0;
    for (let i = k + 1; i < n; i++) length += a[i * n + k]! ** 2;
    length = Math.sqrt(length);
    if (length === 0) continue;
    // The reflection that turns column k, below the diagonal, into a multiple of the first unit vector.
    for (let i = k + 1; i < n; i++) v[i] = a[i * n + k]!;
    v[k] = 0;
    v[k + 1]! += v[k + 1]! >= 0 ? length : -length;
    let vv = 0;
    for (let i = k + 1; i < n; i++) vv += v[i]! ** 2;
    const beta = 2 / vv;
    reflectBothSides(a, n, k, v, p, beta);
    for (let i = 0; i < rows; i++) {
      let sum = 0;
      for (let j = k + 1; j < n; j++) sum += q[i * n + j]! * v[j]!;
      for (let j = k + 1; j < n; j++) q[i * n + j]! -= beta * sum * v[j]!;
    }
  }
  return {
    diagonal: Float64Array.from({ length: n }, (_, i) => a[i * n + i]!),
    offDiagonal: Float64Array.from({ length: Math.max(0, n - 1) }, (_, i) => a[(i + 1) * n + i]!),
    turned: q,
  };
}

/** `A = H A H` with `H = 1 - beta v v'`, where `v` is zero up to index k: `A -= v w' + w v'`. */
function reflectBothSides(a: Float64Array, n: number, k: number, v: Float64Array, w: Float64Array, beta: number): void {
  let vp = 0;
  for (let i = k; i < n; i++) {
    let sum = 0;
    for (let j = k + 1; j < n; j++) sum += a[i * n + j]! * v[j]!;
    w[i] = beta * sum;
    vp += w[i]! * v[i]!;
  }
  const half = (beta * vp) / 2;
  for (let i = k; i < n; i++) w[i]! -= half * v[i]!;
  for (let i = k; i < n; i++) {
    const [vi, wi] = [v[i]!, w[i]!];
    for (let j = k; j < n; j++) a[i * n + j]! -= vi * w[j]! + wi * v[j]!;
  }
}
