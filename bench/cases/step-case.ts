import {
  add,
  batchNorm,
  conv,
  globalAveragePool,
  logSoftmax,
  matmul,
  mean,
  mul,
  neg,
  oneHot,
  relu,
  reshape,
  spec,
  sub,
  sum,
  type Tensor,
  type TensorSpec,
  transpose,
  valueAndGrad,
} from '#core/graph';

export type Parameters = Record<string, Tensor>;

/** A network with its batch: what one training step of the benchmark computes. */
export interface StepCase {
  readonly name: string;
  readonly title: string;
  readonly parameters: Readonly<Record<string, TensorSpec>>;
  readonly input: TensorSpec;
  readonly classes: number;
  logits(params: Parameters, x: Tensor): Tensor;
}

const linear = (p: Parameters, name: string, x: Tensor): Tensor => add(matmul(x, transpose(p[`${name}.weight`]!)), p[`${name}.bias`]!);
const linearSpecs = (name: string, inputs: number, outputs: number): Record<string, TensorSpec> => ({
  [`${name}.weight`]: spec([outputs, inputs]),
  [`${name}.bias`]: spec([outputs]),
});

function mlp(name: string, title: string, widths: readonly number[], batch: number): StepCase {
  const layers = widths.slice(1).map((_, i) => `layers.${i}`);
  return {
    name,
    title,
    parameters: Object.assign({}, ...layers.map((layer, i) => linearSpecs(layer, widths[i]!, widths[i + 1]!))) as Record<string, TensorSpec>,
    input: spec([batch, widths[0]!]),
    classes: widths.at(-1)!,
    logits: (p, x) => layers.reduce((h, layer, i) => (i < layers.length - 1 ? relu(linear(p, layer, h)) : linear(p, layer, h)), x),
  };
}

function cnn(): StepCase {
  const channelBias = (y: Tensor, b: Tensor): Tensor => add(y, reshape(b, [-1, 1, 1]));
  return {
    name: 'cnn',
    title: 'CNN 1-16-32 (3x3, stride 2) on 28x28, batch 64, SGD',
    parameters: {
      'conv1.weight': spec([16, 1, 3, 3]),
      'conv1.bias': spec([16]),
      'conv2.weight': spec([32, 16, 3, 3]),
      'conv2.bias': spec([32]),
      ...linearSpecs('head', 32 * 7 * 7, 10),
    },
    input: spec([64, 1, 28, 28]),
    classes: 10,
    logits(p, x) {
      const first = relu(channelBias(conv(x, p['conv1.weight']!, { stride: 2, padding: 1 }), p['conv1.bias']!));
      const second = relu(channelBias(conv(first, p['conv2.weight']!, { stride: 2, padding: 1 }), p['conv2.bias']!));
      return linear(p, 'head', reshape(second, [64, -1]));
    },
  };
}

/** ResNet for small images (He et al. 2016, section 4.2) with BatchNorm; shortcuts by 1x1 convolutions. */
function resnet(blocksPerStage: number, batch: number): StepCase {
  const depth = 6 * blocksPerStage + 2;
  const parameters: Record<string, TensorSpec> = {};
  const convNorm = (name: string, inputs: number, outputs: number, kernel: number): void => {
    parameters[`${name}.conv`] = spec([outputs, inputs, kernel, kernel]);
    parameters[`${name}.weight`] = spec([outputs]);
    parameters[`${name}.bias`] = spec([outputs]);
  };
  convNorm('stem', 3, 16, 3);
  const blocks: { name: string; inputs: number; outputs: number; stride: number }[] = [];
  [16, 32, 64].forEach((outputs, stage) => {
    for (let i = 0; i < blocksPerStage; i++) {
      const inputs = i > 0 ? outputs : stage === 0 ? 16 : outputs / 2;
      blocks.push({ name: `stages.${stage}.${i}`, inputs, outputs, stride: i === 0 && stage > 0 ? 2 : 1 });
    }
  });
  for (const { name, inputs, outputs, stride } of blocks) {
    convNorm(`${name}.1`, inputs, outputs, 3);
    convNorm(`${name}.2`, outputs, outputs, 3);
    if (stride !== 1 || inputs !== outputs) convNorm(`${name}.shortcut`, inputs, outputs, 1);
  }
  Object.assign(parameters, linearSpecs('head', 64, 10));
  const apply = (p: Parameters, name: string, x: Tensor, stride: number): Tensor => {
    const w = p[`${name}.conv`]!;
    const y = conv(x, w, { stride, padding: w.shape[2] === 3 ? 1 : 0 });
    return batchNorm(y, p[`${name}.weight`]!, p[`${name}.bias`]!).y;
  };
  return {
    name: `resnet${depth}`,
    title: `ResNet-${depth} with BatchNorm on 32x32, batch ${batch}, SGD`,
    parameters,
    input: spec([batch, 3, 32, 32]),
    classes: 10,
    logits(p, x) {
      let h = relu(apply(p, 'stem', x, 1));
      for (const { name, stride } of blocks) {
        const branch = apply(p, `${name}.2`, relu(apply(p, `${name}.1`, h, stride)), 1);
        const shortcut = `${name}.shortcut.conv` in p ? apply(p, `${name}.shortcut`, h, stride) : h;
        h = relu(add(branch, shortcut));
      }
      return linear(p, 'head', globalAveragePool(h));
    },
  };
}

export const stepCases: readonly StepCase[] = [
  mlp('mlp', 'MLP 784-512-512-10, batch 128, SGD', [784, 512, 512, 10], 128),
  cnn(),
  mlp('tiny', 'MLP 2-16-16-2, batch 64, SGD', [2, 16, 16, 2], 64),
  resnet(1, 64),
  resnet(3, 64),
];

/** One step of gradient descent on the cross-entropy. */
export function sgdStep(c: StepCase): (args: { params: Parameters; x: Tensor; labels: Tensor; learningRate: Tensor }) => { loss: Tensor; params: Parameters } {
  const loss = (p: Parameters, x: Tensor, labels: Tensor): Tensor => neg(mean(sum(mul(oneHot(labels, c.classes), logSoftmax(c.logits(p, x))), 1)));
  return ({ params, x, labels, learningRate }) => {
    const [value, slopes] = valueAndGrad(loss)(params, x, labels);
    return {
      loss: value,
      params: Object.fromEntries(Object.entries(params).map(([name, p]) => [name, sub(p, mul(learningRate, slopes[name]!))])),
    };
  };
}

export const stepSpecs = (c: StepCase): { params: Record<string, TensorSpec>; x: TensorSpec; labels: TensorSpec; learningRate: TensorSpec } => ({
  params: { ...c.parameters },
  x: c.input,
  labels: spec([c.input.shape[0]!], 'int32'),
  learningRate: spec([]),
});
