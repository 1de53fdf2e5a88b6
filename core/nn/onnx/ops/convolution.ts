import { add, conv, convTranspose, reshape, type Tensor } from '#core/graph';
import type { Call, OperatorTable } from '../call';
import { windowOf } from './window';

const withBias = (y: Tensor, bias: Tensor | undefined): Tensor =>
  bias === undefined ? y : add(y, reshape(bias, [bias.size, ...y.shape.slice(2).map(() => 1)]));

function convolution(call: Call): Tensor {
  const [x, w] = [call.tensor(0), call.tensor(1)];
  if (x.rank !== w.rank || x.rank < 3) call.invalid(`images [${x.shape.join(', ')}] and filters [${w.shape.join(', ')}] do not fit together`);
  const { stride, dilation, padding } = windowOf(call, x.shape.slice(2), w.shape.slice(2));
  return withBias(conv(x, w, { stride, dilation, padding, groups: groupsOf(call) }), call.optional(2));
}

function groupsOf(call: Call): number {
  const groups = call.int('group', 1);
  return Number.isInteger(groups) && groups >= 1 ? groups : call.invalid(`group is ${groups}`);
}

/**
 * The transpose of a convolution. Its result has `stride (n - 1) + output_padding + reach - pads` elements an axis, or
 * `output_shape` says how many and the paddings follow.
 */
function transposed(call: Call): Tensor {
  const [x, w] = [call.tensor(0), call.tensor(1)];
  if (x.rank !== w.rank || x.rank < 3) call.invalid(`images [${x.shape.join(', ')}] and filters [${w.shape.join(', ')}] do not fit together`);
  const spatial = x.shape.slice(2);
  const { kernel, stride, dilation, padding: given } = windowOf(call, spatial, w.shape.slice(2));
  const extra = call.ints('output_padding') ?? spatial.map(() => 0);
  const asked = call.ints('output_shape')?.slice(-spatial.length);
  const mode = call.string('auto_pad', 'NOTSET');
  const same = mode.startsWith('SAME');
  const padding = spatial.map((n, i): [number, number] => {
    const whole = stride[i]! * (n - 1) + extra[i]! + (kernel[i]! - 1) * dilation[i]! + 1;
    const wanted = asked?.[i] ?? (same ? n * stride[i]! : undefined);
    if (wanted === undefined) return [given[i]![0], given[i]![1]];
    const total = Math.max(0, whole - wanted);
    const less = Math.floor(total / 2);
    return mode === 'SAME_UPPER' ? [less, total - less] : [total - less, less];
  });
  const size = spatial.map((n, i) => asked?.[i] ?? stride[i]! * (n - 1) + extra[i]! + (kernel[i]! - 1) * dilation[i]! + 1 - padding[i]![0] - padding[i]![1]);
  if (size.some((n) => n < 1)) call.invalid(`its result has the size [${size.join(', ')}]`);
  if (extra.some((n, i) => n < 0 || n >= Math.max(stride[i]!, dilation[i]!))) call.unsupported(`output_padding [${extra.join(', ')}] with strides [${stride.join(', ')}]`);
  call.shape([x.shape[0]!, w.shape[1]! * groupsOf(call), ...size]);
  return withBias(convTranspose(x, w, { size, stride, dilation, padding, groups: groupsOf(call) }), call.optional(2));
}

export const convolutionOperators: OperatorTable = {
  Conv: { run: convolution },
  ConvTranspose: { run: transposed },
};
