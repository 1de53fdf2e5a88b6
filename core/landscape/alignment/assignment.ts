/**
 * Linear assignment: the permutation `p` that makes `sum_i gain[i, p(i)]` largest, by shortest augmenting paths (Jonker and
 * Volgenant 1987, "A shortest augmenting path algorithm for dense and sparse linear assignment problems"). Exact, in `O(n^3)`.
 *
 * @param gain `[n, n]`, finite
 * @returns `[n]`: the column of each row
 */
export function assign(gain: Float64Array, n: number): Int32Array {
  // Potentials of rows and columns keep every reduced cost `-gain - u - v` non-negative. Column n stands for "none yet".
  const u = new Float64Array(n);
  const v = new Float64Array(n + 1);
  const rowOf = new Int32Array(n + 1).fill(-1);
  const before = new Int32Array(n + 1);
  const distance = new Float64Array(n);
  const reached = new Uint8Array(n + 1);
  for (let start = 0; start < n; start++) {
    distance.fill(Infinity);
    reached.fill(0);
    rowOf[n] = start;
    let column = n;
    do {
      reached[column] = 1;
      const row = rowOf[column]!;
      let nearest = -1;
      let step = Infinity;
      for (let j = 0; j < n; j++) {
        if (reached[j] === 1) continue;
        const reduced = -gain[row * n + j]! - u[row]! - v[j]!;
        if (reduced < distance[j]!) {
          distance[j] = reduced;
          before[j] = column;
        }
        if (distance[j]! < step) {
          step = distance[j]!;
          nearest = j;
        }
      }
      if (nearest < 0) throw new Error('assign: a gain is not finite');
      for (let j = 0; j <= n; j++) {
        if (reached[j] === 1) {
          u[rowOf[j]!] = u[rowOf[j]!]! + step;
          v[j] = v[j]! - step;
        } else if (j < n) distance[j] = distance[j]! - step;
      }
      column = nearest;
    } while (rowOf[column] !== -1);
    // Back along the path: every column takes the row of the one before it.
    while (column !== n) {
      rowOf[column] = rowOf[before[column]!]!;
      column = before[column]!;
    }
  }
  const columnOf = new Int32Array(n);
  for (let j = 0; j < n; j++) columnOf[rowOf[j]!] = j;
  return columnOf;
}
