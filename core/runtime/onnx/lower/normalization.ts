import { range, reshape, type Tensor } from '#core/graph';
import { normalized, varianceOf } from '../../compositions/normalization';
import type { LoweringTable, OnnxBuilder } from '../builder';
import type { Affine } from '../fusion';
import { varianceOfBlocked } from '../layouts/blocked';
import { onnxTypes } from '../model';

/**
 * Which of ONNX Runtime's fused normalisations covers these axes: `channel` (all but axis 1: BatchNormalization in training
 * mode) or `trailing` (the last ones: LayerNormalization). Both give the moments besides the normalised values.
 */
function fusedForm(x: Tensor, axes: readonly number[]): 'channel' | 'trailing' | undefined {
  if (x.dtype !== 'float32' || x.size === 0 || axes.length === 0) return undefined;
  if (x.rank >= 2 && axes.length === x.rank - 1 && !axes.includes(1)) return 'channel';
  return axes.every((axis, i) => axis === x.rank - axes.length + i) ? 'trailing' : undefined;
}

/** `[normalised, variance]` by one fused operator. The variance has one element a cell, whatever its shape. */
function fused(x: Tensor, axes: readonly number[], epsilon: number, form: 'channel' | 'trailing', b: OnnxBuilder): readonly string[] {
  return b.once(`normalize ${x.id} ${axes.join(',')} ${epsilon}`, () => {
    const input = b.lower(x);
    if (form === 'channel') {
      const [one, zero] = [1, 0].map((value) => b.filled(value, [x.shape[1]!]));
      const [runningMean, runningVariance] = freshZeros(x, input, b);
      const attributes = { epsilon: { float: epsilon }, momentum: { float: 0 }, training_mode: 1 };
      const [y, , v] = b.emitAll('BatchNormalization', [input, one!, zero!, runningMean, runningVariance], attributes, { outputs: 3 });
      return [y!, v!];
    }
    const normalized = x.shape.slice(axes[0]);
    const attributes = { axis: -axes.length, epsilon: { float: epsilon } };
    const [y, , r] = b.emitAll('LayerNormalization', [input, b.filled(1, normalized)], attributes, { outputs: 3 });
    const square = b.emit('Mul', [r!, r!]);
    return [y!, b.emit('Sub', [b.emit('Reciprocal', [square]), b.scalar(epsilon, 'float32')])];
  });
}

/**
 * Two vectors of zeros that are computed in every run. The operator writes the batch's moments into the memory of the running
 * moments it is given, and with momentum 0 reads them only as `0 x`; constants would keep a NaN of one run for the next.
 */
function freshZeros(x: Tensor, input: string, b: OnnxBuilder): [string, string] {
  const spatial = range(x.rank).filter((axis) => axis !== 1);
  const corner = b.emit('Slice', [input, b.ints(spatial.map(() => 0)), b.ints(spatial.map(() => 1)), b.ints(spatial)]);
  const line = b.emit('Reshape', [corner, b.ints([x.shape[1]!])]);
  const never = (comparison: string): string => b.emit('Cast', [b.emit(comparison, [line, line])], { to: onnxTypes.float32 });
  return [never('Less'), never('Greater')];
}

/** The epsilon of a normalisation of `x` over `axes` that the graph computes anyway. */
function knownEpsilon(x: Tensor, axes: readonly number[], b: OnnxBuilder): number | undefined {
  const node = b.users(x).find(({ op, attributes }) => op === 'normalize' && String(attributes['axes']) === String(axes));
  return node?.attributes['epsilon'] as number | undefined;
}

/** A factor and a summand a channel, in one pass. */
export function affineNode({ x, scale, shift, minus }: Affine, b: OnnxBuilder): string {
  const channels = x.shape[1]!;
  const line = (v: Tensor): string => b.lower(reshape(v, [channels]));
  const [one, zero] = [1, 0].map((value) => b.filled(value, [channels]));
  const summand = minus ? b.emit('Neg', [line(shift)]) : line(shift);
  return b.emit('BatchNormalization', [b.lower(x), line(scale), summand, zero!, one!], { epsilon: { float: 0 } });
}

export const normalization: LoweringTable = {
  normalize(node, _, b) {
    const x = node.inputs[0]!;
    const { axes, epsilon } = node.attributes as { axes: readonly number[]; epsilon: number };
    const form = fusedForm(x, axes);
    if (form !== undefined && !b.portable) return fused(x, axes, epsilon, form, b)[0]!;
    return b.lower(normalized(node));
  },
  variance(node, _, b) {
    const x = node.inputs[0]!;
    const axes = node.attributes['axes'] as readonly number[];
    const form = fusedForm(x, axes);
    const inBlocks = varianceOfBlocked(node, b);
    if (inBlocks !== undefined) return inBlocks;
    const epsilon = knownEpsilon(x, axes, b);
    if (form !== undefined && epsilon !== undefined && !b.portable) {
      return b.emit('Reshape', [fused(x, axes, epsilon, form, b)[1]!, b.ints(node.shape)]);
    }
    return b.lower(varianceOf(node));
  },
};

