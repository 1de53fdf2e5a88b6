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

/** Whether ONNX Runtime takes the padding: it wants less than the window has elements, however far apart they stand. */
const narrow = (node: Tensor): boolean => {
  const { kernel, padding } = node.attributes as unknown as Window;
  return padding.every(([low, high], i) => low < kernel[i]! && high < kernel[i]!);
};

/** The image with its padding as elements of their own, below all others, and the pooling left to do on it. */
function padded(node: Tensor, x: string, b: OnnxBuilder): [string, Record<string, readonly number[]>] {
  const { padding } = node.attributes as unknown as Window;
  const [lows, highs] = [padding.map(([low]) => low), padding.map(([, high]) => high)];
  const image = b.emit('Pad', [x, b.ints([0, 0, ...lows, 0, 0, ...highs]), b.scalar(-Infinity, node.inputs[0]!.dtype)]);
  return [image, { ...attributes(node), pads: [...lows, ...highs].map(() => 0) }];
}

/** Positions in the padded images as positions in the images themselves. */
function unpadded(node: Tensor, indices: string, b: OnnxBuilder): string {
  const { padding } = node.attributes as unknown as Window;
  const number = (value: number): string => b.scalar(value, 'int64');
  const image = node.inputs[0]!.shape.slice(2);
  let rest = indices;
  const coordinates = image.map(() => '');
  for (let i = image.length - 1; i >= 0; i--) {
    const length = number(image[i]! + padding[i]![0] + padding[i]![1]);
    const shifted = b.emit('Sub', [b.emit('Mod', [rest, length]), number(padding[i]![0])]);
    coordinates[i] = b.emit('Clip', [shifted, number(0), number(image[i]! - 1)]);
    rest = b.emit('Div', [rest, length]);
  }
  return coordinates.reduce((at, coordinate, i) => b.emit('Add', [b.emit('Mul', [at, number(image[i]!)]), coordinate]), rest);
}

export const pool: LoweringTable = {
  maxPool(node, [x], b) {
    if (narrow(node)) return b.emit('MaxPool', [x!], attributes(node));
    const [image, rest] = padded(node, x!, b);
    return b.emit('MaxPool', [image], rest);
  },
  maxPoolIndices(node, [x], b) {
    if (narrow(node)) return b.emitAll('MaxPool', [x!], attributes(node), { outputs: 2 })[1]!;
    const [image, rest] = padded(node, x!, b);
    return unpadded(node, b.emitAll('MaxPool', [image], rest, { outputs: 2 })[1]!, b);
  },
  avgPool(node, [x], b) {
    const { dilations, ...rest } = attributes(node);
    if (!narrow(node) || dilations!.some((d) => d !== 1)) return averageByConv(node, x!, b);
    return b.emit('AveragePool', [x!], { ...rest, count_include_pad: 1 });
  },
};
