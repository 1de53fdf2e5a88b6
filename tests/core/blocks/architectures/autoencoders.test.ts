import { Philox, constant, streamKey } from '#core/graph';
import type { Tensor } from '#core/graph';
import { gaussianLatent, initialize } from '#core/nn';
import { predictionsOf } from '#core/train';
import { describe, expect, it } from 'vitest';
import { built, context, evaluate, floats, integers } from '../evaluate';
import { judgeBatch } from '../../../../core/train';
import { outputOf } from './output-of';
import { unsettled } from './three-steps';

const restored = { task: 'reconstruction' as const, input: 'table' as const, exampleShape: [6], outputs: 6 };

describe('autoencoders', () => {
  it('come back to the example\'s own size, whatever the picture', async () => {
    for (const shape of [[1, 28, 28], [3, 17, 13], [2, 5, 9]]) {
      const size = shape.reduce((a, b) => a * b, 1);
      const module = built('architectures', { use: 'autoencoder', channels: [2, 3], widths: [], latent: 2 }, { ...restored, input: 'image', exampleShape: shape, outputs: size });
      expect(module.outputShape).toEqual([size]);
      expect(await outputOf(module, floats([2, ...shape], new Float32Array(2 * size).fill(0.1)), initialize(module, 0))).toHaveLength(2 * size);
    }
    expect(() => built('architectures', { use: 'autoencoder', channels: [4] }, restored)).toThrow('convolutions take pictures');
  });

  it('the divergence of a Gaussian latent is the closed form; outside training the latent is its mean', async () => {
    const module = gaussianLatent({ size: 3, initializer: ({ shape }) => new Float32Array(shape.reduce((a, b) => a * b, 1)) })([2]);
    const [mean, logVariance] = [[0.5, -1, 2], [0.3, -0.7, 0]];
    const x = floats([4, 2], new Philox(1, 'x').normals(8));
    const { output, kl } = await evaluate(({ x: input, m, l, w }) => {
      const parameters: Record<string, Tensor> = { 'fc_mu.weight': w, 'fc_mu.bias': m, 'fc_var.weight': w, 'fc_var.bias': l };
      const result = module.apply(parameters, {}, input, { train: false });
      return { output: result.output, kl: result.auxiliary!['kl']! };
    }, { x, m: floats([3], mean), l: floats([3], logVariance), w: floats([3, 2], new Float32Array(6)) });
    const expected = mean.reduce((sum, m, i) => sum - 0.5 * (1 + logVariance[i]! - m * m - Math.exp(logVariance[i]!)), 0);
    kl!.forEach((value) => expect(value).toBeCloseTo(expected, 6));
    expect(Array.from(output!.subarray(0, 3))).toEqual(mean);
  });

  it('in training the latent is normal with its mean and deviation', async () => {
    const module = gaussianLatent({ size: 1, initializer: () => new Float32Array(1) })([1]);
    const n = 20_000;
    const draws = await outputOf(module, floats([n, 1], new Float32Array(n)), {
      parameters: { 'fc_mu.weight': Float32Array.of(0), 'fc_mu.bias': Float32Array.of(2), 'fc_var.weight': Float32Array.of(0), 'fc_var.bias': Float32Array.of(Math.log(0.25)) }, buffers: {},
    }, { train: true, random: (name) => constant(streamKey(1, name), [2]) });
    const mean = draws.reduce((a, b) => a + b, 0) / n;
    const variance = draws.reduce((a, b) => a + (b - mean) ** 2, 0) / n;
    // Five standard errors.
    expect(Math.abs(mean - 2)).toBeLessThan(5 * 0.5 / Math.sqrt(n));
    expect(Math.abs(variance / 0.25 - 1)).toBeLessThan(5 * Math.sqrt(2 / n));
  });
});

describe('the ELBO', () => {
  const x = [0, 1, 0.25, 0.5, 1, 0];
  const y = [-1, 2, 0.3, 0, 1.5, -0.2];
  const value = async (specification: object): Promise<number> => {
    const loss = built('losses', { use: 'elbo', ...specification }, { ...restored, range: [0, 1] });
    const { losses } = await evaluate(({ x: input, y: output, kl }) => ({ losses: loss.perExample(output, input, { kl }) }), { x: floats([1, 6], x), y: floats([1, 6], y), kl: floats([1], [3]) });
    return losses![0]!;
  };

  it('is the likelihood of the example plus beta times the divergence', async () => {
    const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));
    const gaussian = x.reduce((sum, v, i) => sum + 0.5 * (v - y[i]!) ** 2, 0);
    const bernoulli = x.reduce((sum, v, i) => sum - v * Math.log(sigmoid(y[i]!)) - (1 - v) * Math.log(1 - sigmoid(y[i]!)), 0);
    expect(await value({})).toBeCloseTo(gaussian + 3, 5);
    expect(await value({ beta: 4 })).toBeCloseTo(gaussian + 12, 5);
    expect(await value({ likelihood: 'bernoulli' })).toBeCloseTo(bernoulli + 3, 5);
  });

  it('refuses what does not go together', () => {
    expect(() => built('losses', { use: 'elbo', likelihood: 'bernoulli' }, { ...restored, range: [-2, 3] })).toThrow('from 0 to 1');
    const output = constant(new Float32Array(6), [1, 6]);
    const plain = built('losses', 'mean-squared-error', restored);
    const elbo = built('losses', 'elbo', restored);
    expect(() => judgeBatch(plain, { output, buffers: {}, auxiliary: { kl: output } }, output)).toThrow('a term of the loss of its own (kl)');
    expect(() => judgeBatch(elbo, { output, buffers: {} }, output)).toThrow('needs a network that gives it "kl"');
  });

  it('a VAE in training gives kl, and its loss is proposed', () => {
    const module = built('architectures', { use: 'vae', widths: [4], latent: 2 }, restored);
    const values = Object.fromEntries(Object.entries(module.parameters).map(([name, { shape }]) => [name, constant(unsettled(module).parameters[name]!, shape)]));
    const result = module.apply(values, {}, constant(new Float32Array(12), [2, 6]), { train: true, random: (name) => constant(streamKey(0, name), [2]) });
    expect(result.auxiliary!['kl']!.shape).toEqual([2]);
    expect(result.output.shape).toEqual([2, 6]);
  });
});

describe('language modelling', () => {
  const language = { task: 'language-model' as const, input: 'text' as const, exampleShape: [3], vocabulary: 3, classes: 3, outputs: 3 };

  it('the loss is the mean over the tokens that are asked for; perplexity and accuracy follow from what it keeps', async () => {
    const logits = [[2, 0, 0], [0, 1, 0], [0, 0, 3], [1, 1, 1], [0, 2, 1], [5, 0, 0]];
    const target = [0, -1, 2, 1, 2, -1];
    const loss = built('losses', 'cross-entropy', language);
    const { losses, kept } = await evaluate(({ output, y }) => {
      const judged = judgeBatch(loss, { output, buffers: {} }, y);
      return { losses: judged.losses, kept: judged.kept };
    }, { output: floats([2, 3, 3], logits.flat()), y: { shape: [2, 3], data: integers(target).data } });
    const nll = (row: number): number => Math.log(logits[row]!.reduce((sum, z) => sum + Math.exp(z), 0)) - logits[row]![target[row]!]!;
    const expected = [(nll(0) + nll(2)) / 2, (nll(3) + nll(4)) / 2];
    losses!.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 9));
    const predictions = predictionsOf({ task: 'language-model', exampleShape: [3] }, 'softmax', kept!, [], 2);
    // Row 3 is a tie: the first of equals is taken, which is not the token.
    expect([...predictions.tokenAccuracy]).toEqual([1, 0]);
    const measure = (use: string): number => built('metrics', use, context(language)).measure(predictions);
    expect(measure('perplexity')).toBeCloseTo(Math.exp((expected[0]! + expected[1]!) / 2), 9);
    expect(measure('token-accuracy')).toBeCloseTo(0.5, 12);
  });
});
