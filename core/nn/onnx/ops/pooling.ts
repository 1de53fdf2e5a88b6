import { avgPool, cast, constant, floating, max, maxPool, mean, mul, pow, abs, range, sizeOf, sum, type Tensor } from '#core/graph';
import { type Call, type OperatorTable } from '../call';
import { resultSize, stretched, type Window, windowOf } from './window';

function pooled(call: Call, apply: (x: Tensor, window: Window, own: Window) => Tensor): Tensor {
  const x = call.tensor(0);
  if (x.rank < 3) call.invalid(`it pools a tensor of the shape [${x.shape.join(', ')}]`);
  const spatial = x.shape.slice(2);
  const own = windowOf(call, spatial);
  const size = resultSize(spatial, own, call.int('ceil_mode', 0) !== 0);
  if (size.some((n) => n < 1)) call.invalid(`the window [${own.kernel.join(', ')}] is larger than the padded image of [${x.shape.join(', ')}]`);
  return cast(apply(floating(x), stretched(spatial, own, size), own), x.dtype);
}

/** Elements that each window counts: those of the image, or of the image and the padding that the node itself asks for. */
function counts(x: Tensor, { kernel, stride, dilation, padding }: Window, own: Window, includePadding: boolean): Tensor {
  const spatial = x.shape.slice(2);
  const size = resultSize(spatial, { kernel, stride, dilation, padding });
  const inside = (at: number, axis: number): boolean => {
    const [low, high] = includePadding ? own.padding[axis]! : [0, 0];
    return at >= -low && at < spatial[axis]! + high;
  };
  const parts = size.map((count, axis) => range(count).map((i) =>
    range(kernel[axis]!).filter((k) => inside(i * stride[axis]! - padding[axis]![0] + k * dilation[axis]!, axis)).length));
  const values = parts.reduce((all, part) => all.flatMap((a) => part.map((b) => a * b)), [1]);
  // A window without any element gives 0, not a quotient by 0.
  return constant(Float32Array.from(values, (n) => sizeOf(kernel) / Math.max(1, n)), [1, 1, ...size]);
}

function average(call: Call): Tensor {
  return pooled(call, (x, window, own) => {
    const { kernel, stride, dilation, padding } = window;
    const y = avgPool(x, kernel, { stride, dilation, padding });
    if (padding.every(([low, high]) => low === 0 && high === 0)) return y;
    const whole = padding.every(([, high], i) => high === own.padding[i]![1]);
    const includePadding = call.int('count_include_pad', 0) !== 0;
    return includePadding && whole ? y : mul(y, counts(x, window, own, includePadding));
  });
}

const spatialAxes = (call: Call): [Tensor, number[]] => {
  const x = call.tensor(0);
  return [x, range(x.rank - 2, 2)];
};

export const poolingOperators: OperatorTable = {
  MaxPool: {
    run(call) {
      if (call.node.outputs.length > 1 && call.node.outputs[1] !== '') call.unsupported('gives the places of the largest elements');
      return pooled(call, (x, { kernel, stride, dilation, padding }) => maxPool(x, kernel, { stride, dilation, padding }));
    },
  },
  AveragePool: { run: average },
  LpPool: {
    run(call) {
      const p = call.int('p', 2);
      return pooled(call, (x, { kernel, stride, dilation, padding }) =>
        pow(mul(avgPool(pow(abs(x), p), kernel, { stride, dilation, padding }), sizeOf(kernel)), 1 / p));
    },
  },
  GlobalAveragePool: { run: (call) => mean(...spatialAxes(call), true) },
  GlobalMaxPool: { run: (call) => max(...spatialAxes(call), true) },
  GlobalLpPool: {
    run(call) {
      const [x, axes] = spatialAxes(call);
      const p = call.int('p', 2);
      return pow(sum(pow(abs(x), p), axes, true), 1 / p);
    },
  },
};
