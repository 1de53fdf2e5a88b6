/** A function on the unit square. */
export type PlaneFunction = (u: number, v: number) => number;

/** Surfaces that bend in few places, as those of networks do at barriers and in narrow valleys. All are positive. */
export const bending: Readonly<Record<string, PlaneFunction>> = {
  'two minima below a plateau': (u, v) => {
    const [x, y] = [4 * u - 2, 4 * v - 2];
    const deep = 0.01 + 20 * ((x + 1.1) ** 2 + (y + 0.2) ** 2);
    const flat = 0.02 + 10 * ((x - 1.2) ** 2 + 2 * (y - 0.3) ** 2);
    return 0.1 - Math.log(Math.exp(-deep) + Math.exp(-flat) + Math.exp(-3));
  },
  'a narrow ridge across a bowl': (u, v) => {
    const [x, y] = [2 * u - 1, 2 * v - 1];
    return 0.05 + Math.exp(-(((x + 0.6 * y - 0.3) / 0.05) ** 2)) + 0.1 * (x * x + y * y);
  },
};

/** Values at the points of a grid, row-major. */
export const sampled = (f: PlaneFunction, columns: number, rows: number): Float64Array =>
  Float64Array.from({ length: columns * rows }, (_, i) => f((i % columns) / (columns - 1), Math.floor(i / columns) / (rows - 1)));

/** The bilinear interpolation of a regular grid of `coarse` a side, at the points of a finer one: written out, as the oracle. */
export function bilinear(f: PlaneFunction, coarse: number, columns: number, rows: number): Float64Array {
  const known = sampled(f, coarse, coarse);
  return sampled((u, v) => {
    const [x, y] = [u * (coarse - 1), v * (coarse - 1)];
    const [column, row] = [Math.min(Math.floor(x), coarse - 2), Math.min(Math.floor(y), coarse - 2)];
    const [s, t] = [x - column, y - row];
    const at = row * coarse + column;
    return (known[at]! * (1 - s) + known[at + 1]! * s) * (1 - t) + (known[at + coarse]! * (1 - s) + known[at + coarse + 1]! * s) * t;
  }, columns, rows);
}

/** Largest and mean error as shares of the height of the exact values. */
export function errorsOf(exact: Float64Array, found: Float64Array): { largest: number; mean: number } {
  let [low, high, largest, sum] = [Infinity, -Infinity, 0, 0];
  exact.forEach((value, i) => {
    [low, high] = [Math.min(low, value), Math.max(high, value)];
    const error = Math.abs(value - found[i]!);
    largest = Math.max(largest, error);
    sum += error;
  });
  return { largest: largest / (high - low), mean: sum / exact.length / (high - low) };
}
