import { axisCoordinates, lowestPoint, lowestPoints, type Surface, type SurfaceRecipe } from '#core/landscape';

export interface SampleOptions {
  columns?: number;
  rows?: number;
  f?: (x: number, y: number) => number;
  path?: boolean;
}

/** A bowl with ripples: positive, one clear minimum, curved valleys; looks like the surfaces that networks have. */
export const ripples = (x: number, y: number): number =>
  0.05 + 1.6 * (x * x + 1.7 * y * y) + 0.35 * (1 - Math.cos(5 * x)) * (1 - Math.cos(4 * y)) + 0.25 * Math.sin(3 * x + 2 * y) ** 2;

/** A surface with known values, as the computation would leave it. */
export function sampleSurface({ columns = 25, rows = 21, f = ripples, path = true }: SampleOptions = {}): Surface {
  const grid = { x: { from: -1, to: 1, count: columns }, y: { from: -0.8, to: 0.8, count: rows } };
  const x = axisCoordinates(grid.x);
  const y = rows === 1 ? Float64Array.of(0) : axisCoordinates(grid.y);
  const loss = new Float64Array(columns * rows);
  for (let index = 0; index < loss.length; index++) loss[index] = f(x[index % columns]!, y[Math.floor(index / columns)]!);
  const recipe: SurfaceRecipe = {
    version: 1,
    program: 'basin 0.1.0',
    run: { id: 'sample', name: 'sample <run>', fingerprint: '0' },
    plane: { kind: 'random', seed: 0, normalization: 'filter', include: 'weights', orthogonal: false },
    grid,
    quantities: ['loss'],
    split: 'train',
    subset: { count: 2000, seed: 0 },
    batchNorm: 'evaluation',
    device: 'cpu',
  };
  const lowest = lowestPoint({ x, y }, loss);
  const n = 12;
  const points = new Float64Array(n * 2);
  for (let i = 0; i < n; i++) {
    const t = 1 - i / (n - 1);
    points.set([0.85 * t * Math.cos(1.2 * t) , 0.62 * t * Math.sin(1.9 * t) + 0.08 * Math.sin(9 * t) * t], i * 2);
  }
  return {
    recipe,
    x,
    y,
    values: { loss },
    minimum: lowest ? { loss: lowest } : {},
    centre: { loss: f(0, 0) },
    ...(path && rows > 1
      ? { trajectory: { points, steps: Float64Array.from({ length: n }, (_, i) => i * 10), residual: new Float64Array(n), values: {} } }
      : {}),
  };
}

/** A volume of 11 x 9 x 7 points with known values, as the computation would leave it. */
export function sampleVolume(f: (x: number, y: number, z: number) => number = (x, y, z) => 0.1 + x * x + 2 * y * y + 3 * z * z, counts: readonly [number, number, number] = [11, 9, 7]): Surface {
  const { recipe } = sampleSurface();
  const axis = (k: number) => ({ from: -1, to: 1, count: counts[k]! });
  const grid = { x: axis(0), y: axis(1), z: axis(2) };
  const [x, y, z] = [grid.x, grid.y, grid.z].map(axisCoordinates) as [Float64Array, Float64Array, Float64Array];
  const loss = Float64Array.from({ length: x.length * y.length * z.length }, (_, i) => f(x[i % x.length]!, y[Math.floor(i / x.length) % y.length]!, z[Math.floor(i / x.length / y.length)]!));
  const plane = { kind: 'random', seed: 0, normalization: 'filter', include: 'weights', orthogonal: false, axes: 3 } as const;
  return { recipe: { ...recipe, plane, grid }, x, y, z, values: { loss }, minimum: lowestPoints({ x, y, z }, { loss }), centre: { loss: f(0, 0, 0) } };
}
