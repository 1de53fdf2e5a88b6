import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { axisCoordinates, surfaceTopology, type Topology } from '#core/landscape';

const axis = (from: number, to: number, count: number) => axisCoordinates({ from, to, count });

function sampled(f: (x: number, y: number) => number, [from, to]: readonly [number, number], count: number) {
  const x = axis(from, to, count);
  const y = axis(from, to, count);
  return { surface: { x, y }, values: Float64Array.from({ length: count * count }, (_, i) => f(x[i % count]!, y[Math.floor(i / count)]!)) };
}

function topologyOf(f: (x: number, y: number) => number, range: readonly [number, number], count: number, threshold = 0.01, scale: 'linear' | 'log' = 'linear'): Topology {
  const { surface, values } = sampled(f, range, count);
  return surfaceTopology(surface, values, { scale, threshold });
}

const doubleWell = (x: number, y: number): number => (x * x - 1) ** 2 + y * y;

describe('known surfaces', () => {
  it('a bowl: one valley, no pass, no ruggedness; its basin is the largest round one inside the picture', () => {
    const t = topologyOf((x, y) => x * x + y * y, [-1, 1], 201);
    expect(t.points).toEqual([{ kind: 'minimum', index: 100 * 201 + 100, x: 0, y: 0, value: 0 }]);
    expect(t.pairs).toEqual([{ dimension: 0, birth: 100 * 201 + 100, death: undefined, persistence: Infinity }]);
    expect(t.ruggedness).toBe(0);
    const [basin] = t.basins;
    expect(basin).toMatchObject({ level: 1, limit: 'border' });
    expect(basin!.area).toBeCloseTo(Math.PI, 1);
    // A paraboloid up to height 1 holds half of the cylinder around it.
    expect(basin!.volume).toBeCloseTo(Math.PI / 2, 2);
  });

  it('a double well: two floors, the pass between them at height 1, basins with the area of a lobe', () => {
    const t = topologyOf(doubleWell, [-2, 2], 401);
    const floors = t.points.filter(({ kind }) => kind === 'minimum').map(({ x, y }) => [x, y]);
    expect(floors).toHaveLength(2);
    for (const floor of floors) expect([Math.abs(floor[0]!), floor[1]]).toEqual([1, 0]);
    expect(t.points.filter(({ kind }) => kind === 'saddle')).toEqual([expect.objectContaining({ x: 0, y: 0, value: 1 })]);
    expect(t.pairs.filter(({ dimension, persistence }) => dimension === 0 && Number.isFinite(persistence))[0]!.persistence).toBeCloseTo(1, 12);
    // |y| < |x| sqrt(2 - x^2) on 0 < x < sqrt 2: area 2 int x sqrt(2 - x^2) = 4 sqrt 2 / 3.
    for (const basin of t.basins) {
      expect(basin).toMatchObject({ level: 1, limit: 'saddle' });
      expect(basin.area).toBeCloseTo((4 * Math.SQRT2) / 3, 1);
    }
    expect(t.tree).toHaveLength(3);
    expect(t.tree[2]!.children).toEqual([0, 1]);
  });

  it('a hat: a ring of low ground is born at its lowest pass and dies at the top', () => {
    const t = topologyOf((x, y) => (x * x + y * y - 1) ** 2 + 0.1 * x, [-1.5, 1.5], 121);
    const ring = t.pairs.find(({ dimension }) => dimension === 1)!;
    expect(ring.persistence).toBeGreaterThan(0.8);
    const top = t.points.find(({ kind }) => kind === 'maximum')!;
    expect(Math.hypot(top.x, top.y)).toBeLessThan(0.1);
    const pass = t.points.find(({ index }) => index === ring.birth)!;
    expect(pass.kind).toBe('saddle');
    expect(pass.x).toBeGreaterThan(0.9);
  });

  it('shallow valleys below the threshold belong to the valley they meet', () => {
    const rippled = (x: number, y: number): number => doubleWell(x, y) + 0.01 * Math.cos(40 * x) * Math.cos(40 * y);
    expect(topologyOf(rippled, [-2, 2], 201, 0).basins.length).toBeGreaterThan(8);
    const t = topologyOf(rippled, [-2, 2], 201, 0.01);
    expect(t.basins).toHaveLength(2);
    expect(t.tree).toHaveLength(3);
    expect(t.ruggedness).toBeGreaterThan(topologyOf(doubleWell, [-2, 2], 201, 0).ruggedness);
  });

  it('a logarithmic scale keeps the points and measures depth in decades', () => {
    const f = (x: number, y: number): number => doubleWell(x, y) + 0.01;
    const t = topologyOf(f, [-2, 2], 101, 0.01, 'log');
    expect(t.points.map(({ index }) => index).sort()).toEqual(topologyOf(f, [-2, 2], 101, 0.001).points.map(({ index }) => index).sort());
    const pair = t.pairs.find(({ dimension, persistence }) => dimension === 0 && Number.isFinite(persistence))!;
    expect(pair.persistence).toBeCloseTo(Math.log10(1.01 / 0.01), 6);
  });

  it('holes are outside: a wall without values parts the picture into two valleys that never meet', () => {
    const t = topologyOf((x, y) => (Math.abs(x) < 0.1 ? Infinity : x * x + y * y), [-1, 1], 41);
    expect(t.pairs.filter(({ dimension, death }) => dimension === 0 && death === undefined)).toHaveLength(2);
    expect(t.basins.every(({ limit }) => limit === 'border')).toBe(true);
  });

  it('a surface without a finite value is refused', () => {
    expect(() => topologyOf(() => Infinity, [-1, 1], 3)).toThrow(/no finite value/);
    expect(() => topologyOf(() => -1, [-1, 1], 3, 0, 'log')).toThrow(/no finite value/);
  });
});

/**
 * Betti numbers of a sublevel set by counting: components by flood fill, holes from Euler's formula
 * (vertices - edges + triangles = components - holes). Shares nothing with the sweep.
 */
function betti(columns: number, rows: number, values: Float64Array, level: number): [number, number] {
  const inside = (c: number, r: number): boolean => c >= 0 && r >= 0 && c < columns && r < rows && values[r * columns + c]! <= level;
  const seen = new Set<number>();
  let [components, vertices, edges, triangles] = [0, 0, 0, 0];
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      if (!inside(c, r)) continue;
      vertices += 1;
      const [right, up, diagonal] = [inside(c + 1, r), inside(c, r + 1), inside(c + 1, r + 1)];
      edges += Number(right) + Number(up) + Number(diagonal);
      triangles += Number(right && diagonal) + Number(up && diagonal);
      if (seen.has(r * columns + c)) continue;
      components += 1;
      const stack = [[c, r] as const];
      while (stack.length > 0) {
        const [a, b] = stack.pop()!;
        if (!inside(a, b) || seen.has(b * columns + a)) continue;
        seen.add(b * columns + a);
        stack.push([a + 1, b], [a - 1, b], [a, b + 1], [a, b - 1], [a + 1, b + 1], [a - 1, b - 1]);
      }
    }
  }
  return [components, components - (vertices - edges + triangles)];
}

describe('random surfaces', () => {
  it('have as many valleys and rings at every level as counting finds; basins do not overlap', () => {
    fc.assert(fc.property(
      fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), fc.infiniteStream(fc.oneof(fc.integer({ min: 0, max: 6 }), fc.constant(Infinity))),
      (columns, rows, stream) => {
        const values = Float64Array.from({ length: columns * rows }, () => stream.next().value as number);
        fc.pre(values.some(Number.isFinite));
        const surface = { x: axis(0, Math.max(columns - 1, 1), columns), y: axis(0, Math.max(rows - 1, 1), rows) };
        const { pairs, basins } = surfaceTopology(surface, values, { scale: 'linear', threshold: 0 });
        for (let level = 0; level <= 6; level++) {
          const alive = (dimension: number): number => pairs.filter(({ dimension: d, birth, death }) =>
            d === dimension && values[birth]! <= level && (death === undefined || values[death]! > level)).length;
          expect([alive(0), alive(1)]).toEqual(betti(columns, rows, values, level));
        }
        expect(basins.reduce((sum, { share }) => sum + share, 0)).toBeLessThanOrEqual(1 + 1e-12);
      },
    ), { numRuns: 400 });
  });
});
