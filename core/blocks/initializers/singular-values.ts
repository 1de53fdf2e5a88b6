/** A thin singular value decomposition: `A = U diag(s) V'`, `s` descending. Matrices are stored row by row. */
export interface Decomposition {
  /** `[rows, rank]` */
  u: Float64Array;
  /** `[rank]` */
  s: Float64Array;
  /** `[rank, columns]`: rows are the right singular vectors. */
  vt: Float64Array;
  rank: number;
}

/** Rotations of all pairs of rows until they are orthogonal to float64's precision; a handful is usual. */
const mostSweeps = 60;

/**
 * Singular values of a small dense matrix `[rows, columns]` by one-sided Jacobi rotations (Hestenes 1958): rows are rotated in
 * pairs until all are orthogonal; their lengths are the singular values. `rank` is `min(rows, columns)`.
 */
export function singularValues(a: Float64Array, rows: number, columns: number): Decomposition {
  if (rows > columns) {
    const { u, s, vt, rank } = singularValues(transposed(a, rows, columns), columns, rows);
    return { u: transposed(vt, rank, rows), s, vt: transposed(u, columns, rank), rank };
  }
  const w = a.slice();
  const rotation = new Float64Array(rows * rows);
  for (let i = 0; i < rows; i++) rotation[i * rows + i] = 1;
  for (let sweep = 0, moved = true; moved && sweep < mostSweeps; sweep++) {
    moved = false;
    for (let p = 0; p < rows - 1; p++) for (let q = p + 1; q < rows; q++) moved = rotate(w, rotation, p, q, rows, columns) || moved;
  }
  const lengths = Float64Array.from({ length: rows }, (_, i) => Math.hypot(...w.subarray(i * columns, (i + 1) * columns)));
  const order = [...lengths.keys()].sort((i, j) => lengths[j]! - lengths[i]!);
  const u = new Float64Array(rows * rows);
  const vt = new Float64Array(rows * columns);
  order.forEach((from, k) => {
    for (let i = 0; i < rows; i++) u[i * rows + k] = rotation[from * rows + i]!;
    if (lengths[from]! > 0) for (let c = 0; c < columns; c++) vt[k * columns + c] = w[from * columns + c]! / lengths[from]!;
  });
  return { u, s: Float64Array.from(order, (i) => lengths[i]!), vt, rank: rows };
}

/** Makes rows `p` and `q` of `w` orthogonal, and turns `rotation` alike. False where they are orthogonal already. */
function rotate(w: Float64Array, rotation: Float64Array, p: number, q: number, rows: number, columns: number): boolean {
  let [pp, qq, pq] = [0, 0, 0];
  for (let c = 0; c < columns; c++) {
    const [x, y] = [w[p * columns + c]!, w[q * columns + c]!];
    pp += x * x;
    qq += y * y;
    pq += x * y;
  }
  if (Math.abs(pq) <= 1e-15 * Math.sqrt(pp * qq)) return false;
  const slope = (qq - pp) / (2 * pq);
  const tangent = Math.sign(slope || 1) / (Math.abs(slope) + Math.hypot(1, slope));
  const cosine = 1 / Math.hypot(1, tangent);
  const sine = cosine * tangent;
  turn(w, p, q, columns, cosine, sine);
  turn(rotation, p, q, rows, cosine, sine);
  return true;
}

function turn(matrix: Float64Array, p: number, q: number, width: number, cosine: number, sine: number): void {
  for (let c = 0; c < width; c++) {
    const [x, y] = [matrix[p * width + c]!, matrix[q * width + c]!];
    matrix[p * width + c] = cosine * x - sine * y;
    matrix[q * width + c] = sine * x + cosine * y;
  }
}

function transposed(a: Float64Array, rows: number, columns: number): Float64Array {
  const result = new Float64Array(a.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) result[j * rows + i] = a[i * columns + j]!;
  return result;
}
