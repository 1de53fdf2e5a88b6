import { add, batchNorm as normalizeBatch, batchNormInference, mul, stopGradient } from '#core/graph';
import type { Tensor } from '#core/graph';
import type { Layer } from '../module';

/**
 * Batch normalization (Ioffe and Szegedy 2015): `y = (x - mean) / sqrt(var + epsilon) * weight + bias`, one mean and
 * variance a channel, over the batch and the picture. In training the batch's own (biased) variance normalizes, and the
 * running statistics move by `momentum` towards the batch's mean and unbiased variance; otherwise the running ones normalize.
 * Names as in `torch.nn.BatchNorm1d/2d`: `weight`, `bias`; buffers `running_mean`, `running_var`, all `[channels]`.
 */
export function batchNorm(options: { momentum?: number; epsilon?: number } = {}): Layer {
  const { momentum = 0.1, epsilon = 1e-5 } = options;
  return (inputShape) => {
    const channels = inputShape[0]!;
    const fan = { fanIn: channels, fanOut: channels };
    return {
      title: `BatchNorm ${channels}`,
      inputShape,
      outputShape: inputShape,
      parameters: {
        weight: { shape: [channels], kind: 'norm', ...fan, initial: 1 },
        bias: { shape: [channels], kind: 'norm', ...fan, initial: 0 },
      },
      buffers: { running_mean: { shape: [channels], initial: 0 }, running_var: { shape: [channels], initial: 1 } },
      apply(values, buffers, x, mode) {
        const [weight, bias] = [values['weight']!, values['bias']!];
        const [runningMean, runningVar] = [buffers['running_mean']!, buffers['running_var']!];
        const gather = mode.gatherStatistics ?? false;
        if (!gather && !(mode.batchStatistics ?? mode.train)) {
          const moments = { mean: runningMean, variance: runningVar };
          return { output: batchNormInference(x, moments, weight, bias, epsilon), buffers };
        }
        const batch = normalizeBatch(x, weight, bias, epsilon);
        if (!mode.train && !gather) return { output: batch.y, buffers };
        const count = x.size / channels;
        const blend = (running: Tensor, seen: Tensor) => (gather ? seen : add(mul(running, 1 - momentum), mul(stopGradient(seen), momentum)));
        return {
          output: batch.y,
          buffers: {
            running_mean: blend(runningMean, batch.mean),
            running_var: blend(runningVar, mul(batch.variance, count / Math.max(1, count - 1))),
          },
        };
      },
    };
  };
}
