import type { Tensor } from '#core/graph';
import type { LoweringTable, OnnxBuilder } from '../builder';

interface Window {
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly (readonly [number, number])[];
  readonly dilation: readonly number[];
}

function attributes(node: Tensor): Record<string, readonly number[]> {
  const { kernel, stride, padding, dilation } = node.attributes as unknown as Window;
  const pads = [...padding.map(([low]) => low), ...padding.map(([, high]) => high)];
  return { kernel_shape: kernel, strides: stride, pads, dilations: dilation };
}

/** A dilated or plain average as a convolution of each channel alone; ONNX before opset 19 has no dilated average. */
function averageByConv(node: Tensor, x: string, b: OnnxBuilder): string {
  const input = node.inputs[0]!;
  const { kernel } = node.attributes as unknown as Window;
  const count = kernel.reduce((m, n) => m * n, 1);
  const planes = b.emit('Reshape', [x, b.ints([-1, 1, ...input.shape.slice(2)])]);
  const filter = b.array(new Float32Array(count).fill(1 / count), [1, 1, ...kernel], 'float32');
  return b.emit('Reshape', [b.emit('Conv', [planes, filter], attributes(node)), b.ints([-1, ...node.shape.slice(1)])]);
}

export const pool: LoweringTable = {
  maxPool: (node, [x], b) => b.emit('MaxPool', [x!], attributes(node)),
  maxPoolIndices: (node, [x], b) => b.emitAll('MaxPool', [x!], attributes(node), { outputs: 2 })[1]!,
  avgPool(node, [x], b) {
    const { dilations, ...rest } = attributes(node);
    if (dilations!.some((d) => d !== 1)) return averageByConv(node, x!, b);
    return b.emit('AveragePool', [x!], { ...rest, count_include_pad: 1 });
  },
};
