import { scalar } from '../apply';
import { formatShape, range, ShapeError } from '../shape';
import type { Tensor } from '../tensor';
import { add, mul } from './arithmetic';
import { where } from './comparison';
import { matmul } from './matmul';
import { lowerTriangle } from './matrix';
import { softmax } from './softmax';
import { transpose } from './layout';

export interface AttentionOptions {
  /**
   * Bools (true: may be looked at) or floats (added to the scores) that broadcast to `[..., queries, keys]`. A query that may look at
   * nothing gets the mean of all values.
   */
  readonly mask?: Tensor;
  /** Query `i` sees keys `0 ... i` only. */
  readonly causal?: boolean;
  /** Default: `1 / sqrt(d)`. */
  readonly scale?: number;
  /** Changes the weights `[..., queries, keys]` before the values are summed with them: dropout. */
  readonly changeWeights?: (weights: Tensor) => Tensor;
}

/** A score that leaves no weight beside any other and, unlike an infinite one, no NaN where all are masked. */
const HIDDEN = -1e30;

/**
 * Scaled dot-product attention `softmax(scale Q K' + mask) V` (Vaswani et al. 2017, equation 1).
 *
 * @param q `[..., queries, d]`; leading axes (batch, heads) broadcast
 * @param k `[..., keys, d]`
 * @param v `[..., keys, width]`
 * @returns `[..., queries, width]`
 */
export function attention(q: Tensor, k: Tensor, v: Tensor, options: AttentionOptions = {}): Tensor {
  const shapes = [q, k, v].map(({ shape }) => formatShape(shape)).join(', ');
  if (Math.min(q.rank, k.rank, v.rank) < 2) throw new ShapeError(`attention: queries, keys and values are matrices, not ${shapes}`);
  if (q.shape.at(-1) !== k.shape.at(-1)) throw new ShapeError(`attention: queries and keys differ in width: ${shapes}`);
  if (k.shape.at(-2) !== v.shape.at(-2)) throw new ShapeError(`attention: there are not as many keys as values: ${shapes}`);
  const { mask, causal = false, scale = 1 / Math.sqrt(q.shape.at(-1)!), changeWeights } = options;
  const turned = transpose(k, [...range(k.rank - 2), k.rank - 1, k.rank - 2]);
  let scores = matmul(mul(q, scale), turned);
  const hidden = scalar(HIDDEN, scores.dtype);
  if (causal) scores = where(lowerTriangle(q.shape.at(-2)!, k.shape.at(-2)!), scores, hidden);
  if (mask !== undefined) scores = mask.dtype === 'bool' ? where(mask, scores, hidden) : add(scores, mask);
  const weights = softmax(scores);
  return matmul(changeWeights === undefined ? weights : changeWeights(weights), v);
}
