import { apply } from '../apply';
import { isFloat } from '../dtype';
import { formatShape, range, ShapeError } from '../shape';
import type { Tensor } from '../tensor';
import { gather } from './indexing';
import { moveAxis } from './layout';
import { product } from './matmul';
import { constant } from './source';
import { repeat } from './tiling';

/**
 * Where the centre of result element `i` lies in the input, an axis of `n` elements stretched by `s` to `m`:
 *
 * - `half-pixel`: `(i + 0.5) / s - 0.5` (PyTorch with `align_corners=False`, and `nearest-exact`)
 * - `pytorch-half-pixel`: the same, but 0 where the result has one element
 * - `align-corners`: `i (n - 1) / (m - 1)`, so that first and last elements meet
 * - `asymmetric`: `i / s` (PyTorch's `nearest`)
 */
export type Coordinates = 'half-pixel' | 'pytorch-half-pixel' | 'align-corners' | 'asymmetric';

export interface ResizeOptions {
  /** Default: `linear` (bilinear in two dimensions). */
  readonly mode?: 'nearest' | 'linear' | 'cubic';
  /** Default: `half-pixel`; for `nearest` `asymmetric`, as in PyTorch. */
  readonly coordinates?: Coordinates;
  /** How `nearest` rounds. Default: `floor` with `asymmetric` coordinates, else `round-prefer-floor`. */
  readonly rounding?: 'floor' | 'ceil' | 'round-prefer-floor' | 'round-prefer-ceil';
  /** How far each axis is stretched, where that is not exactly `size / input`. */
  readonly scales?: readonly number[];
  /** The free number of cubic interpolation (Keys 1981). Default: -0.75, as in PyTorch. */
  readonly cubicCoefficient?: number;
}

function position(i: number, n: number, m: number, scale: number, coordinates: Coordinates): number {
  if (coordinates === 'asymmetric') return i / scale;
  if (coordinates === 'align-corners') return m === 1 ? 0 : (i * (n - 1)) / (m - 1);
  return coordinates === 'pytorch-half-pixel' && m === 1 ? 0 : (i + 0.5) / scale - 0.5;
}

const roundings: Record<NonNullable<ResizeOptions['rounding']>, (x: number) => number> = {
  floor: Math.floor,
  ceil: Math.ceil,
  'round-prefer-floor': (x) => Math.ceil(x - 0.5),
  'round-prefer-ceil': (x) => Math.floor(x + 0.5),
};

/** The weights of the elements around a position, as `[element, weight]`. */
function weightsAt(x: number, cubic: number | undefined): [number, number][] {
  const at = Math.floor(x);
  const t = x - at;
  if (cubic === undefined) return [[at, 1 - t], [at + 1, t]];
  const near = (d: number): number => ((cubic + 2) * d - (cubic + 3)) * d * d + 1;
  const far = (d: number): number => ((cubic * d - 5 * cubic) * d + 8 * cubic) * d - 4 * cubic;
  return [[at - 1, far(1 + t)], [at, near(t)], [at + 1, near(1 - t)], [at + 2, far(2 - t)]];
}

/** The matrix `[m, n]` that interpolates an axis; elements beyond an end count as the last one. */
function interpolation(n: number, positions: readonly number[], cubic: number | undefined): Float64Array {
  const matrix = new Float64Array(positions.length * n);
  const inside = (at: number): number => Math.min(n - 1, Math.max(0, at));
  positions.forEach((x, row) => {
    // Linear interpolation holds the ends; a cubic goes on beyond them.
    for (const [at, weight] of weightsAt(cubic === undefined ? inside(x) : x, cubic)) matrix[row * n + inside(at)]! += weight;
  });
  return matrix;
}

/** `matrix` (`[m, n]`) times every line of `x` along `axis`. */
export function mapAxis(x: Tensor, axis: number, matrix: Float64Array): Tensor {
  const n = x.shape[axis]!;
  const weights = constant(matrix, [matrix.length / n, n], x.dtype);
  if (axis === x.rank - 1) {
    const rows = apply('reshape', [x], { shape: [x.size / Math.max(1, n), n] });
    return apply('reshape', [product(rows, weights, false, true)], { shape: [...x.shape.slice(0, -1), matrix.length / n] });
  }
  if (axis === x.rank - 2) return product(weights, x, false, false);
  return moveAxis(mapAxis(moveAxis(x, axis, x.rank - 1), x.rank - 1, matrix), x.rank - 1, axis);
}

/** Nearest neighbours along one axis: copies where every element is repeated alike, else a gather. */
function nearestAlong(x: Tensor, axis: number, sources: readonly number[]): Tensor {
  const times = sources.length / x.shape[axis]!;
  if (Number.isInteger(times) && sources.every((at, i) => at === Math.floor(i / times))) return repeat(x, times, axis);
  return gather(x, constant(Int32Array.from(sources), [sources.length], 'int32'), axis);
}

/**
 * The last axes of `x` stretched or shrunk to `size`: `resize(x, [h, w])` of images `[n, c, h0, w0]`, `resize(x, [l])` of signals.
 * Interpolation is separable: one product with a small matrix an axis. No smoothing goes before shrinking.
 */
export function resize(x: Tensor, size: readonly number[], options: ResizeOptions = {}): Tensor {
  const first = x.rank - size.length;
  const { mode = 'linear', scales } = options;
  const { coordinates = mode === 'nearest' ? 'asymmetric' : 'half-pixel' } = options;
  const { rounding = coordinates === 'asymmetric' ? 'floor' : 'round-prefer-floor' } = options;
  const fail = (why: string): never => {
    throw new ShapeError(`resize: ${why}: ${formatShape(x.shape)} to ${formatShape(size)}`);
  };
  if (first < 0) fail('more sizes than axes');
  if (scales !== undefined && (scales.length !== size.length || scales.some((s) => !(s > 0)))) fail(`scales [${scales.join(',')}] must be ${size.length} positive numbers`);
  if (mode !== 'nearest' && !isFloat(x.dtype)) fail(`${mode} interpolation wants floating-point numbers, not ${x.dtype}`);
  let y = x;
  size.forEach((m, i) => {
    const axis = first + i;
    const n = x.shape[axis]!;
    if (!Number.isInteger(m) || m < 1 || n < 1) fail(`axis ${axis} cannot be resized`);
    const scale = scales?.[i] ?? m / n;
    const positions = range(m).map((at) => position(at, n, m, scale, coordinates));
    if (m === n && positions.every((x0, at) => x0 === at)) return;
    if (mode === 'nearest') y = nearestAlong(y, axis, positions.map((x0) => Math.min(n - 1, Math.max(0, roundings[rounding](x0)))));
    else y = mapAxis(y, axis, interpolation(n, positions, mode === 'cubic' ? (options.cubicCoefficient ?? -0.75) : undefined));
  });
  return y;
}
