import { add, batchNorm, batchNormInference, conv, globalAveragePool, mul, relu, type Tensor } from '#core/graph';
import { linear, linearParameters, type Network, type NetworkParameter } from './network';

const MOMENTUM = 0.1;

/** ResNet for small images (He et al. 2016, section 4.2) with BatchNorm; shortcuts by 1x1 convolutions. */
export function resnet(blocksPerStage: number, evaluation: boolean): Network {
  const parameters: Record<string, NetworkParameter> = {};
  const buffers: Record<string, { shape: readonly number[]; value: number }> = {};
  const convNorm = (name: string, inputs: number, outputs: number, kernel: number): void => {
    parameters[`${name}.conv`] = { shape: [outputs, inputs, kernel, kernel], role: 'weight' };
    parameters[`${name}.weight`] = { shape: [outputs], role: 'norm' };
    parameters[`${name}.bias`] = { shape: [outputs], role: 'norm' };
    buffers[`${name}.mean`] = { shape: [outputs], value: 0 };
    buffers[`${name}.variance`] = { shape: [outputs], value: 1 };
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
  Object.assign(parameters, linearParameters('head', 64, 10));
  return {
    parameters,
    buffers,
    input: { shape: [3, 32, 32], dtype: 'float32' },
    classes: 10,
    labelsAnExample: 1,
    gain: 2,
    apply(p, before, x) {
      const after: Record<string, Tensor> = {};
      const layer = (name: string, input: Tensor, stride: number): Tensor => {
        const w = p[`${name}.conv`]!;
        const padded = conv(input, w, { stride, padding: w.shape[2] === 3 ? 1 : 0 });
        if (evaluation) return batchNormInference(padded, { mean: before[`${name}.mean`]!, variance: before[`${name}.variance`]! }, p[`${name}.weight`]!, p[`${name}.bias`]!);
        const { y, mean, variance } = batchNorm(padded, p[`${name}.weight`]!, p[`${name}.bias`]!);
        const count = padded.size / padded.shape[1]!;
        const running = (statistic: string, value: Tensor): void => {
          after[`${name}.${statistic}`] = add(mul(before[`${name}.${statistic}`]!, 1 - MOMENTUM), mul(value, MOMENTUM));
        };
        running('mean', mean);
        running('variance', mul(variance, count / (count - 1)));
        return y;
      };
      let h = relu(layer('stem', x, 1));
      for (const { name, stride } of blocks) {
        const branch = layer(`${name}.2`, relu(layer(`${name}.1`, h, stride)), 1);
        const shortcut = `${name}.shortcut.conv` in p ? layer(`${name}.shortcut`, h, stride) : h;
        h = relu(add(branch, shortcut));
      }
      return { logits: linear(p, 'head', globalAveragePool(h)), buffers: after };
    },
  };
}
