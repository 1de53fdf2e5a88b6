import { describe, expect, it } from 'vitest';
import { Philox } from '#core/graph';
import { type Checkpoint, innerProduct, rangesAround, trajectoryPlane } from '#core/landscape';

/** The k largest eigenpairs of the covariance in weight space, by power iteration with deflation: no Gram matrix. */
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
  const plane = trajectoryPlane(centre, [{ checkpoints }]);
  const { points, residual } = plane.paths[0]!;
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
      expect(points[2 * i]).toBeCloseTo(u, 5);
      expect(points[2 * i + 1]).toBeCloseTo(v, 5);
      expect(Math.hypot(u, v, residual[i]!)).toBeCloseTo(Math.hypot(...row), 5);
    });
    expect(points[26]).toBeCloseTo(0, 10);
    expect(points[0]).toBeGreaterThan(0);
  });

  it('gives ranges that hold the path with a margin', () => {
    const [x, y] = rangesAround(points, 2) as [{ from: number; to: number }, { from: number; to: number }];
    for (let i = 0; i < points.length; i += 2) {
      expect(points[i]! > x.from && points[i]! < x.to && points[i + 1]! > y.from && points[i + 1]! < y.to).toBe(true);
    }
  });

  it('says what is missing: too few checkpoints, a straight path, another network', () => {
    expect(() => trajectoryPlane(centre, [{ checkpoints: checkpoints.slice(0, 2) }])).toThrow('needs at least 3 checkpoints, this run kept 2');
    const straight = [0, 1, 2, 3].map((t) => ({ step: t, parameters: { a: centre['a']!.map((value) => value + t), b: centre['b']! } }));
    expect(() => trajectoryPlane(centre, [{ checkpoints: straight }])).toThrow('lie on one line');
    expect(() => trajectoryPlane(centre, [{ checkpoints: [...checkpoints, { step: 7, parameters: { a: centre['a']! } }] }])).toThrow('step 7 does not fit the final weights: b');
  });
});

describe('the plane of several paths', () => {
  /** Three trainings from one start in a space of 30 dimensions; the first ends at the centre. */
  const size = 30;
  const noise = new Philox(5, 'paths');
  const [start, ...ends] = Array.from({ length: 4 }, () => noise.normals(size)) as [Float32Array, Float32Array, Float32Array, Float32Array];
  const lengths = [6, 4, 5];
  const paths = lengths.map((n, which) => ({
    ...(which > 0 && { name: `run ${which}` }),
    checkpoints: Array.from({ length: n }, (_, i) => {
      const t = i / (n - 1);
      const tremble = noise.normals(size);
      const w = start.map((value, k) => value + t * (ends[which]![k]! - value) + (i === n - 1 ? 0 : 0.1 * tremble[k]!));
      return { step: i, parameters: { a: w.slice(0, 11), b: w.slice(11) } };
    }),
  }));
  const centre = { a: ends[0].slice(0, 11), b: ends[0].slice(11) };
  const plane = trajectoryPlane(centre, paths);
  const flat = (tree: Readonly<Record<string, Float32Array>>): Float64Array => Float64Array.from([...tree['a']!, ...tree['b']!]);
  const rows = paths.map(({ checkpoints }) => checkpoints.map(({ parameters }) => flat(parameters).map((value, k) => value - ends[0][k]!)));
  const spread = (points: readonly Float64Array[]): number => {
    const mean = points[0]!.map((_, k) => points.reduce((sum, point) => sum + point[k]!, 0) / points.length);
    return points.reduce((sum, point) => sum + point.reduce((own, value, k) => own + (value - mean[k]!) ** 2, 0), 0);
  };

  it('is the span of the principal components of all checkpoints together', () => {
    const expected = powerIteration(rows.flat(), 2);
    plane.directions.forEach((direction, k) => {
      const cosine = flat(direction).reduce((sum, value, i) => sum + value * expected[k]!.vector[i]!, 0);
      expect(Math.abs(cosine)).toBeCloseTo(1, 6);
      expect(plane.explainedVariance[k]).toBeCloseTo(expected[k]!.value / spread(rows.flat()), 8);
    });
  });

  it('projects every path, and tells the share of its own variance that the plane holds', () => {
    plane.paths.forEach(({ points, residual, share }, which) => {
      const inPlane = rows[which]!.map((row, i) => {
        const place = Float64Array.from(plane.directions, (direction) => flat(direction).reduce((sum, value, k) => sum + value * row[k]!, 0));
        place.forEach((coordinate, k) => expect(points[2 * i + k]).toBeCloseTo(coordinate, 5));
        expect(Math.hypot(...place, residual[i]!)).toBeCloseTo(Math.hypot(...row), 5);
        return place;
      });
      expect(points).toHaveLength(2 * lengths[which]!);
      expect(share).toBeCloseTo(spread(inPlane) / spread(rows[which]!), 5);
    });
    // The first path ends where the plane is pinned.
    expect(Array.from(plane.paths[0]!.points.slice(-2))).toEqual([0, 0]);
  });

  it('is the same, bit for bit, however few checkpoints are held at a time; and they are read through a getter', () => {
    let reads = 0;
    const lazy = paths.map(({ checkpoints, ...path }) => ({ ...path, checkpoints: checkpoints.map(({ step, parameters }) => ({ step, get parameters() { reads++; return parameters; } })) }));
    const once = 2 * 15;
    expect(trajectoryPlane(centre, lazy, 2)).toEqual(plane);
    expect(reads).toBe(once);
    for (const held of [0, 2, 4, 7]) {
      reads = 0;
      expect(trajectoryPlane(centre, lazy, 2, held * 4 * size)).toEqual(plane);
      // Groups of `held - 1` (at least one): each is read, and all before it pass by.
      const group = Math.max(1, held - 1);
      expect(reads).toBe(15 + 15 + Array.from({ length: Math.ceil(15 / group) }, (_, g) => g * group).reduce((sum, before) => sum + before, 0));
    }
  });

  it('says which checkpoints are the same where there is no plane', () => {
    const at = (t: number): Record<string, Float32Array> => ({ a: centre.a.map((value) => value + t), b: centre.b });
    const path = (...places: number[]) => ({ checkpoints: places.map((t, step) => ({ step, parameters: at(t) })) });
    expect(() => trajectoryPlane(centre, [path(0, 0, 0, 0)])).toThrow('all 4 checkpoints hold the same weights, so they span no plane');
    expect(() => trajectoryPlane(centre, [path(1, 1, 0, 0, 0)])).toThrow('no plane (rank one); 2 of 5 differ, the same weights are at step 0, step 1; and at step 2, step 3, step 4');
    expect(() => trajectoryPlane(centre, [path(2, 1, 0), { ...path(2, 3), name: 'twin' }])).toThrow('4 of 5 differ, the same weights are at step 0, step 0 of "twin"');
    expect(() => trajectoryPlane(centre, [path(2, 1, 0), { ...path(7, 7, 7), name: 'frozen' }])).toThrow('all 3 checkpoints of "frozen" hold the same weights, so there is no path of it to draw');
  });
});
