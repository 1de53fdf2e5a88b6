import { apply, type Operand } from '../apply';
import { defineOp } from '../op';
import { formatShape, ShapeError, sizeOf } from '../shape';
import { Tensor } from '../tensor';
import { add, div, mul } from './arithmetic';
import { cast, less } from './comparison';
import { reshape } from './layout';
import { concat, slice } from './slicing';
import { cos, log, sin, sqrt } from './unary';

/**
 * Words of Philox 4x32-10 as int64: keys `[..., 2]` (int32) -> `[..., count]`. Word `4 i + j` is word `j` of the block at
 * counter `(i, stream, 0, 0)`. With `width` 16 a word gives two numbers: the upper halves of all words, then the lower ones.
 */
defineOp<{ count: number; stream: number; width: 16 | 32 }>({
  name: 'randomBits',
  infer([key], { count }) {
    if (key!.dtype !== 'int32' || key!.shape.at(-1) !== 2) throw new ShapeError(`randomBits: a key is int32 [2], not ${key!.dtype}${formatShape(key!.shape)}`);
    return { shape: [...key!.shape.slice(0, -1), count], dtype: 'int64' };
  },
  batch: ([key], attributes) => apply('randomBits', [key!.value], attributes),
  flops: (node) => 40 * node.size,
});

export interface RandomOptions {
  /** Tells several draws under one key apart. */
  readonly stream?: number;
}

const bits = (key: Tensor, count: number, { stream = 0 }: RandomOptions, width: 16 | 32 = 32): Tensor =>
  apply('randomBits', [key], { count, stream, width });

/** The upper 24 bits of each word: every float32 in `[0, 1)` that is a multiple of 2^-24, scaled by 2^24. */
const mantissas = (words: Tensor): Tensor => cast(div(words, 256), 'float32');

/** Numbers in `[0, 1)`. `key` is int32 `[2]`, see `streamKey`; the same key gives the same numbers on every device. */
export const randomUniform = (key: Tensor, shape: readonly number[], options: RandomOptions = {}): Tensor =>
  mul(reshape(mantissas(bits(key, sizeOf(shape), options)), shape), 2 ** -24);

/**
 * Normal numbers (Box and Muller 1958). The words behind them are the same on every device; log, cos and sin round as the device
 * rounds.
 */
export function randomNormal(key: Tensor, shape: readonly number[], options: RandomOptions = {}): Tensor {
  const n = sizeOf(shape);
  const half = Math.ceil(n / 2);
  const fractions = mantissas(bits(key, 2 * half, options));
  const radius = sqrt(mul(log(mul(add(slice(fractions, [0], [half]), 1), 2 ** -24)), -2));
  const angle = mul(slice(fractions, [half], [2 * half]), 2 * Math.PI * 2 ** -24);
  const normals = concat([mul(radius, cos(angle)), mul(radius, sin(angle))]);
  return reshape(slice(normals, [0], [n]), shape);
}

/** True with probability `p`; a plain number is rounded to a multiple of 2^-16, which halves the random words it takes. */
export function bernoulli(key: Tensor, p: Operand, shape: readonly number[], options: RandomOptions = {}): Tensor {
  if (p instanceof Tensor) return less(randomUniform(key, shape, options), p);
  return less(reshape(bits(key, sizeOf(shape), options, 16), shape), Math.round(p * 2 ** 16));
}
