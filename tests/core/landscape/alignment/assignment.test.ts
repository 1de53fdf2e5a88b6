import { expect, it } from 'vitest';
import { Philox } from '#core/graph';
import { assign } from '#core/landscape';
import { addProducts } from '../../../../core/landscape/alignment/weight-matching';

/** The largest sum over all permutations, by trying each. */
function bruteForce(gain: Float64Array, n: number, row = 0, taken = 0): number {
  if (row === n) return 0;
  let best = -Infinity;
  for (let j = 0; j < n; j++) if ((taken & (1 << j)) === 0) best = Math.max(best, gain[row * n + j]! + bruteForce(gain, n, row + 1, taken | (1 << j)));
  return best;
}

it('finds the largest sum that any permutation has', () => {
  for (let seed = 0; seed < 60; seed++) {
    const n = 1 + (seed % 7);
    // Every third one is of few whole numbers: ties.
    const gain = Float64Array.from(new Philox(seed, 'gain').normals(n * n), (value) => (seed % 3 === 0 ? Math.round(value) : value));
    const columns = assign(gain, n);
    expect([...columns].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
    expect(columns.reduce((sum, j, i) => sum + gain[i * n + j]!, 0)).toBeCloseTo(bruteForce(gain, n), 10);
  }
});

it('finds a hidden permutation among 200', () => {
  const hidden = new Philox(3, 'hidden').permutation(200);
  const noise = new Philox(3, 'noise').uniforms(200 * 200);
  const gain = Float64Array.from(noise, (value, at) => value * 0.9 + (hidden[Math.floor(at / 200)] === at % 200 ? 1 : 0));
  expect(assign(gain, 200)).toEqual(hidden);
});

it('products of all pairs of units are sums in the order of their terms, to the last bit, however many units there are', async () => {
  for (const [n, width] of [[1, 3], [4, 9], [7, 50], [10, 1]] as const) {
    const [left, right] = ['left', 'right'].map((name) => new Philox(n, name).normals(n * width)) as [Float32Array, Float32Array];
    const before = Float64Array.from(new Philox(n, 'before').normals(n * n));
    const gain = before.slice();
    await addProducts(gain, left, right, n, width, undefined);
    expect(gain).toEqual(before.map((value, at) => {
      let sum = 0;
      for (let k = 0; k < width; k++) sum += left[Math.floor(at / n) * width + k]! * right[(at % n) * width + k]!;
      return value + sum;
    }));
  }
});
