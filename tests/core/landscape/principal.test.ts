import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Philox } from '#core/graph';
import { type Checkpoint, innerProduct, rangesAround, trajectoryPlane } from '#core/landscape';
import { symmetricEigen } from '../../../core/landscape/principal';

/** The k largest eigenpairs of the covariance in weight space, by power iteration with deflation: no Gram matrix, no Jacobi. */
function powerIteration(rows: readonly Float64Array[], k: number): { value: number; vector: Float64Array }[] {
  const size = rows[0]!.length;
  const mean = Float64Array.from({ length: size }, (_, i) => rows.reduce((sum, row) => sum + row[i]!, 0) / rows.length);
  const centred = rows.map((row) => row.map((value, i) => value - mean[i]!));
  const found: { value: number; vector: Float64Array }[] = [];
  for (let n = 0; n < k; n++) {
    let vector = Float64Array.from(new Philox(n, 'start').normals(size));
    let value = 0;
    for (let iteration = 0; iteration < 3000; iteration++) {
      const next = new Float64Array(size);
      for (const row of centred) {
        const dot = row.reduce((sum, entry, i) => sum + entry * vector[i]!, 0);
        row.forEach((entry, i) => (next[i]! += dot * entry));
      }
      for (const { vector: known } of found) {
        const dot = known.reduce((sum, entry, i) => sum + entry * next[i]!, 0);
        known.forEach((entry, i) => (next[i]! -= dot * entry));
      }
      value = Math.hypot(...next);
      vector = next.map((entry) => entry / value);
    }
    found.push({ value, vector });
  }
  return found;
}

/** A path that bends in two directions and trembles in the others. */
function path(n: number, size: number): { centre: Record<string, Float32Array>; checkpoints: Checkpoint[] } {
  const noise = new Philox(11, 'path');
  const [u, v, centre] = [noise.normals(size), noise.normals(size), noise.normals(size)];
  const checkpoints = Array.from({ length: n }, (_, i) => {
    const t = 1 - i / (n - 1);
    const tremble = noise.normals(size);
    const w = centre.map((value, k) => value + 3 * t * u[k]! + Math.sin(4 * t) * v[k]! + (i === n - 1 ? 0 : 0.05 * tremble[k]!));
    return { step: i * 10, parameters: { a: w.slice(0, 7), b: w.slice(7) } };
  });
  return { centre: { a: centre.slice(0, 7), b: centre.slice(7) }, checkpoints };
}

describe('the plane of a trajectory', () => {
  const { centre, checkpoints } = path(14, 40);
  const plane = trajectoryPlane(centre, checkpoints);
  const [first, second] = plane.directions as [Record<string, Float32Array>, Record<string, Float32Array>];
  const held = plane.explainedVariance.reduce((sum, share) => sum + share, 0);
  const flat = (tree: Readonly<Record<string, Float32Array>>): Float64Array => Float64Array.from([...tree['a']!, ...tree['b']!]);
  const origin = flat(centre);
  const rows = checkpoints.map(({ parameters }) => flat(parameters).map((value, i) => value - origin[i]!));

  it('is the span of the two principal components found in weight space', () => {
    const expected = powerIteration(rows, 2);
    [first, second].forEach((direction, k) => {
      const cosine = flat(direction).reduce((sum, value, i) => sum + value * expected[k]!.vector[i]!, 0);
      expect(Math.abs(Math.abs(cosine) - 1)).toBeLessThan(1e-6);
    });
    const total = expected.reduce((sum, { value }) => sum + value, 0) / held;
    expected.forEach(({ value }, k) => expect(plane.explainedVariance[k]).toBeCloseTo(value / total, 8));
    expect(held).toBeGreaterThan(0.95);
  });

  it('has orthonormal directions', () => {
    expect(innerProduct(first, first)).toBeCloseTo(1, 6);
    expect(innerProduct(second, second)).toBeCloseTo(1, 6);
    expect(Math.abs(innerProduct(first, second))).toBeLessThan(1e-6);
  });

  it('projects: coordinates are inner products, and they and the residual make up the distance', () => {
    rows.forEach((row, i) => {
      const [u, v] = [first, second].map((direction) => flat(direction).reduce((sum, value, k) => sum + value * row[k]!, 0)) as [number, number];
      expect(plane.points[2 * i]).toBeCloseTo(u, 5);
      expect(plane.points[2 * i + 1]).toBeCloseTo(v, 5);
      expect(Math.hypot(u, v, plane.residual[i]!)).toBeCloseTo(Math.hypot(...row), 5);
    });
    expect(plane.points[26]).toBeCloseTo(0, 10);
    expect(plane.points[0]).toBeGreaterThan(0);
  });

  it('gives ranges that hold the path with a margin', () => {
    const [x, y] = rangesAround(plane.points, 2) as [{ from: number; to: number }, { from: number; to: number }];
    for (let i = 0; i < plane.points.length; i += 2) {
      expect(plane.points[i]! > x.from && plane.points[i]! < x.to && plane.points[i + 1]! > y.from && plane.points[i + 1]! < y.to).toBe(true);
    }
  });

  it('says what is missing: too few checkpoints, a straight path, another network', () => {
    expect(() => trajectoryPlane(centre, checkpoints.slice(0, 2))).toThrow('needs at least 3 checkpoints, this run kept 2');
    const straight = [0, 1, 2, 3].map((t) => ({ step: t, parameters: { a: centre['a']!.map((value) => value + t), b: centre['b']! } }));
    expect(() => trajectoryPlane(centre, straight)).toThrow('lie on one line');
    expect(() => trajectoryPlane(centre, [...checkpoints, { step: 7, parameters: { a: centre['a']! } }])).toThrow('step 7 does not fit the final weights: b');
  });
});

it('symmetric eigenproblem: A V = V diag(values), V orthogonal', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 0, max: 1000 }), (n, seed) => {
      const m = new Philox(seed, 'matrix').normals(n * n);
      const a = Float64Array.from({ length: n * n }, (_, at) => m[at]! + m[(at % n) * n + Math.floor(at / n)]!);
      const { values, vectors } = symmetricEigen(a, n);
      for (let i = 0; i < n; i++) {
        if (i > 0) expect(values[i]).toBeLessThanOrEqual(values[i - 1]!);
        for (let j = 0; j < n; j++) {
          let [av, vv] = [0, 0];
          for (let k = 0; k < n; k++) {
            av += a[i * n + k]! * vectors[k * n + j]!;
            vv += vectors[k * n + i]! * vectors[k * n + j]!;
          }
          expect(av).toBeCloseTo(values[j]! * vectors[i * n + j]!, 10);
          expect(vv).toBeCloseTo(i === j ? 1 : 0, 12);
        }
      }
    }),
    { numRuns: 30 },
  );
});
