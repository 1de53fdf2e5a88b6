import { describe, expect, it } from 'vitest';
import { defaultLevels, type IsoSurface, isoSurface, shareBelow, type VolumeField, type VolumeFrame } from '#core/landscape';

type F = (x: number, y: number, z: number) => number;

/** A function sampled on -1..1 with `counts` points a side. */
function sampled(f: F, counts: readonly [number, number, number]): { field: VolumeField; frame: VolumeFrame } {
  const [nx, ny, nz] = counts;
  const spacing = counts.map((count) => 2 / (count - 1)) as [number, number, number];
  const at = (i: number, k: number): number => -1 + i * spacing[k]!;
  const values = Float64Array.from({ length: nx * ny * nz }, (_, i) => f(at(i % nx, 0), at(Math.floor(i / nx) % ny, 1), at(Math.floor(i / nx / ny), 2)));
  return { field: { counts, values }, frame: { origin: [-1, -1, -1], spacing } };
}

const corner = (surface: IsoSurface, i: number): [number, number, number] => Array.from(surface.positions.subarray(3 * surface.indices[i]!, 3 * surface.indices[i]! + 3)) as [number, number, number];

/** Area, and the volume that the triangles enclose by the divergence theorem: positive where they look outwards. */
function measure(surface: IsoSurface): { area: number; volume: number } {
  let [area, volume] = [0, 0];
  for (let i = 0; i < surface.indices.length; i += 3) {
    const [a, b, c] = [corner(surface, i), corner(surface, i + 1), corner(surface, i + 2)];
    const [u, v] = [b.map((value, k) => value - a[k]!), c.map((value, k) => value - a[k]!)];
    const n = [u[1]! * v[2]! - u[2]! * v[1]!, u[2]! * v[0]! - u[0]! * v[2]!, u[0]! * v[1]! - u[1]! * v[0]!];
    area += Math.hypot(...n) / 2;
    volume += n.reduce((sum, value, k) => sum + value * a[k]!, 0) / 6;
  }
  return { area, volume };
}

/** How often each edge is walked, by direction. */
function edgesOf({ indices }: IsoSurface): Map<string, number> {
  const edges = new Map<string, number>();
  for (let i = 0; i < indices.length; i += 3) {
    for (const [a, b] of [[0, 1], [1, 2], [2, 0]] as const) {
      const key = `${indices[i + a]}>${indices[i + b]}`;
      edges.set(key, (edges.get(key) ?? 0) + 1);
    }
  }
  return edges;
}

/** Closed and oriented: every edge is walked once in each direction. */
function expectClosed(surface: IsoSurface): void {
  const edges = edgesOf(surface);
  expect(edges.size).toBeGreaterThan(0);
  const odd = [...edges].filter(([key, count]) => count !== 1 || edges.get(key.split('>').reverse().join('>')) !== 1);
  expect(odd).toEqual([]);
}

const ball: F = (x, y, z) => Math.hypot(x, y, z);

describe('an iso-surface', () => {
  it('of a ball: closed, outwards; area and volume err by a share of h squared', () => {
    const errors = [9, 17, 33].map((n) => {
      const { field, frame } = sampled(ball, [n, n, n]);
      const surface = isoSurface(field, 0.7, frame);
      expectClosed(surface);
      const { area, volume } = measure(surface);
      expect(volume).toBeGreaterThan(0);
      return [Math.abs(area / (4 * Math.PI * 0.49) - 1), Math.abs(volume / ((4 / 3) * Math.PI * 0.343) - 1)];
    });
    for (const k of [0, 1]) {
      expect(errors[2]![k]).toBeLessThan(0.008);
      for (const [coarse, fine] of [[0, 1], [1, 2]] as const) {
        const order = Math.log2(errors[coarse]![k]! / errors[fine]![k]!);
        expect(order).toBeGreaterThan(1.7);
        expect(order).toBeLessThan(2.4);
      }
    }
  });

  it('its normals are the gradient', () => {
    const { field, frame } = sampled((x, y, z) => x * x + 2 * y * y + 3 * z * z, [31, 25, 21]);
    const { positions, normals } = isoSurface(field, 0.6, frame);
    for (let i = 0; i < positions.length; i += 3) {
      const gradient = [positions[i]!, 2 * positions[i + 1]!, 3 * positions[i + 2]!];
      const cosine = gradient.reduce((sum, value, k) => sum + value * normals[i + k]!, 0) / Math.hypot(...gradient);
      expect(cosine).toBeGreaterThan(0.995);
    }
  });

  it('of a quadratic with a full Hessian: the ellipsoid of the closed form, as mesh and as share', () => {
    // x' H x <= level has the volume 4/3 pi level^1.5 / sqrt(det H).
    const h = [[3, 0.8, -0.4], [0.8, 2.5, 0.6], [-0.4, 0.6, 4]];
    const [a, b, c] = h as [number[], number[], number[]];
    const determinant = a[0]! * (b[1]! * c[2]! - b[2]! * c[1]!) - a[1]! * (b[0]! * c[2]! - b[2]! * c[0]!) + a[2]! * (b[0]! * c[1]! - b[1]! * c[0]!);
    const { field, frame } = sampled((...p) => p.reduce((sum, u, i) => sum + p.reduce((part, v, j) => part + u * v * h[i]![j]!, 0), 0), [31, 29, 33]);
    for (const level of [0.5, 0.9, 1.5]) {
      const expected = ((4 / 3) * Math.PI * level ** 1.5) / Math.sqrt(determinant);
      const surface = isoSurface(field, level, frame);
      expectClosed(surface);
      expect(Math.abs(measure(surface).volume / expected - 1)).toBeLessThan(0.03);
      expect(Math.abs((8 * shareBelow(field, level)) / expected - 1)).toBeLessThan(0.03);
    }
  });

  it('encloses exactly the share that is computed without it, whatever the field', () => {
    const rough: F = (x, y, z) => x * x + y * y + z * z + 0.35 * Math.sin(9 * x) * Math.cos(8 * y) + 0.2 * Math.sin(11 * z + 4 * x);
    // Above the rim nothing is below the level: the surface is closed although the field is rough.
    const { field, frame } = sampled((x, y, z) => (Math.max(Math.abs(x), Math.abs(y), Math.abs(z)) > 0.99 ? 9 : rough(x, y, z)), [17, 14, 15]);
    for (const level of [0.1, 0.4, 0.7, 1]) {
      const surface = isoSurface(field, level, frame);
      expectClosed(surface);
      expect(measure(surface).volume / 8).toBeCloseTo(shareBelow(field, level), 4);
    }
  });

  it('a level that meets grid points exactly leaves no triangle without area', () => {
    const { field, frame } = sampled((x, y, z) => Math.abs(x) + Math.abs(y) + Math.abs(z), [9, 9, 9]);
    const surface = isoSurface(field, 0.75, frame);
    expectClosed(surface);
    for (let i = 0; i < surface.indices.length; i += 3) expect(new Set([0, 1, 2].map((k) => corner(surface, i + k).join())).size).toBe(3);
  });

  it('no triangle touches a hole, and the rest stays as it is', () => {
    const whole = sampled(ball, [15, 15, 15]);
    const { field, frame } = sampled((x, y, z) => (x > 0.5 ? Infinity : y < -0.6 ? NaN : ball(x, y, z)), [15, 15, 15]);
    const surface = isoSurface(field, 0.8, frame);
    expect(surface.indices.length).toBeGreaterThan(0);
    const h = frame.spacing[0];
    surface.positions.forEach((value, i) => {
      // The last points with a value stand at 0.43 and -0.57.
      if (i % 3 === 0) expect(value).toBeLessThan(0.43 + h * 0.01);
      if (i % 3 === 1) expect(value).toBeGreaterThan(-0.571 - h * 0.01);
    });
    for (const normal of surface.normals) expect(Number.isFinite(normal)).toBe(true);
    const kept = new Set(Array.from({ length: surface.positions.length / 3 }, (_, i) => Array.from(surface.positions.subarray(3 * i, 3 * i + 3)).join()));
    const all = isoSurface(whole.field, 0.8, whole.frame);
    const everywhere = new Set(Array.from({ length: all.positions.length / 3 }, (_, i) => Array.from(all.positions.subarray(3 * i, 3 * i + 3)).join()));
    for (const place of kept) expect(everywhere.has(place)).toBe(true);
    expect(shareBelow(field, 0.8)).toBeLessThan(shareBelow(whole.field, 0.8));
  });

  it('is empty beyond the values', () => {
    const { field, frame } = sampled(ball, [5, 5, 5]);
    for (const level of [-1, 9]) expect(isoSurface(field, level, frame).indices).toHaveLength(0);
    expect([shareBelow(field, -1), shareBelow(field, 9)]).toEqual([0, 1]);
  });
});

describe('default levels', () => {
  it('have 2, 10 and 30 % of the points below them; above them where the centre is high', () => {
    const values = Float64Array.from({ length: 1001 }, (_, i) => 1 + i / 1000);
    // Two digits would be 1, 1.1 and 1.3, the first of them no longer above the lowest value.
    expect(defaultLevels(values, 1)).toEqual([1.02, 1.1, 1.3]);
    expect(defaultLevels(values.map((value) => 100 * value), 100)).toEqual([102, 110, 130]);
    expect(defaultLevels(values.map((value) => value - 1), 1)).toEqual([0.7, 0.9, 0.98]);
  });

  it('keep inside the values, and leave out what cannot be told apart', () => {
    expect(defaultLevels(new Float64Array(10).fill(3), 3)).toEqual([]);
    expect(defaultLevels(Float64Array.of(NaN, Infinity), NaN)).toEqual([]);
    const [only, ...more] = defaultLevels(Float64Array.from({ length: 100 }, (_, i) => (i < 95 ? 2 : i < 97 ? 1 : 3)), 1);
    expect([only, more]).toEqual([2, []]);
  });
});
