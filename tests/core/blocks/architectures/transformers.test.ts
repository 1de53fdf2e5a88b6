import { Philox } from '#core/graph';
import { initialize, parameterCount, positions, sinusoidalPositions, transformerEncoder } from '#core/nn';
import type { Initializer, TransformerOptions } from '#core/nn';
import { describe, expect, it } from 'vitest';
import { built, floats } from '../evaluate';
import { outputOf } from './output-of';
import { unsettled } from './three-steps';

describe('parameter counts', () => {
  it('ViT-B/16 has 86,567,656 (torchvision), ViT-Ti/16 has 5,717,416 (timm)', () => {
    const vit = (settings: object) => built('architectures', { use: 'vit', patch: 16, depth: 12, ...settings }, { input: 'image', exampleShape: [3, 224, 224], outputs: 1000 });
    expect(parameterCount(vit({ width: 768, heads: 12 }))).toBe(86_567_656);
    expect(parameterCount(vit({ width: 192, heads: 3 }))).toBe(5_717_416);
  });

  it('GPT-2 has 124,439,808', () => {
    const gpt = built('architectures', { use: 'gpt', width: 768, depth: 12, heads: 12 }, {
      task: 'language-model', input: 'text', exampleShape: [1024], vocabulary: 50_257, outputs: 50_257,
    });
    expect(parameterCount(gpt)).toBe(124_439_808);
  });
});

const [steps, width] = [7, 8];
const normal: Initializer = ({ shape }, random) => random.normals(shape.reduce((a, b) => a * b, 1)).map((value) => 0.5 * value);
const encoder = (changes: Partial<TransformerOptions> = {}) =>
  transformerEncoder({ layers: 2, heads: 2, hidden: 16, activation: (x) => x, dropout: 0, order: 'pre', initializer: normal, ...changes })([steps, width]);

describe('Transformer layers', () => {
  it.each(['pre', 'post'] as const)('without positions are permutation equivariant (norm %s)', async (order) => {
    const module = encoder({ order });
    const weights = unsettled(module);
    const x = new Philox(1, 'x').normals(steps * width);
    const permutation = new Philox(2, 'order').permutation(steps);
    const permuted = (values: ArrayLike<number>): number[] => [...permutation].flatMap((from) => Array.from({ length: width }, (_, i) => values[from * width + i]!));
    const straight = permuted(await outputOf(module, floats([1, steps, width], x), weights));
    const turned = await outputOf(module, floats([1, steps, width], permuted(x)), weights);
    turned.forEach((value, i) => expect(value).toBeCloseTo(straight[i]!, 10));
  });

  it('say which heads fit', () => {
    expect(() => encoder({ heads: 3 })).toThrow('3 heads do not divide a width of 8');
  });

  it('in training, dropout wants the random streams of the step', async () => {
    const module = encoder({ dropout: 0.2 });
    const weights = initialize(module, 0);
    const x = floats([1, steps, width], new Philox(1, 'x').normals(steps * width));
    await expect(outputOf(module, x, weights, { train: true })).rejects.toThrow('needs the random streams');
  });
});

describe('a Transformer encoder for sequences', () => {
  const sequence = { input: 'sequence' as const, exampleShape: [steps, 3] };
  it('without positions, with the mean, does not see the order of the steps; with positions it does', async () => {
    const x = new Philox(1, 'x').normals(steps * 3);
    const backwards = Array.from({ length: steps }, (_, t) => [...x.subarray((steps - 1 - t) * 3, (steps - t) * 3)]).flat();
    for (const kind of ['none', 'learned', 'sinusoidal'] as const) {
      const module = built('architectures', { use: 'transformer', width: 8, heads: 2, positions: kind }, sequence);
      const weights = unsettled(module);
      const [there, back] = [await outputOf(module, floats([1, steps, 3], x), weights), await outputOf(module, floats([1, steps, 3], backwards), weights)];
      const most = Math.max(...there.map((value, i) => Math.abs(value - back[i]!)));
      if (kind === 'none') expect(most).toBeLessThan(1e-12);
      else expect(most).toBeGreaterThan(1e-3);
    }
  });

  it('has the waves of the paper', async () => {
    const waves = sinusoidalPositions(50, 6);
    expect(waves[0]).toBe(0);
    expect(waves[1]).toBe(1);
    expect(waves[10 * 6 + 4]).toBeCloseTo(Math.sin(10 / 10_000 ** (4 / 6)), 12);
    // A shift of t steps is a rotation that does not depend on the place.
    const dot = (a: number, b: number): number => [0, 1, 2, 3, 4, 5].reduce((sum, i) => sum + waves[a * 6 + i]! * waves[b * 6 + i]!, 0);
    expect(dot(3, 10)).toBeCloseTo(dot(33, 40), 12);
    const output = await outputOf(positions('sinusoidal', normal)([50, 6]), floats([1, 50, 6], new Float32Array(300)), { parameters: {}, buffers: {} });
    output.forEach((value, i) => expect(value).toBeCloseTo(waves[i]!, 6));
  });
});

describe('a GPT', () => {
  it.each([true, false])('never looks ahead: another token at t changes nothing before t, and something from t on (tied: %s)', async (tied) => {
    const vocabulary = 5;
    const module = built('architectures', { use: 'gpt', width: 8, heads: 2, depth: 2, tied }, {
      task: 'language-model', input: 'text', exampleShape: [steps], vocabulary, outputs: vocabulary,
    });
    const weights = unsettled(module);
    const tokens = [0, 3, 1, 4, 2, 2, 0];
    const before = await outputOf(module, floats([1, steps], tokens), weights);
    for (let t = 0; t < steps; t++) {
      const after = await outputOf(module, floats([1, steps], tokens.map((token, i) => (i === t ? (token + 1) % vocabulary : token))), weights);
      expect(after.subarray(0, t * vocabulary)).toEqual(before.subarray(0, t * vocabulary));
      for (let later = t; later < steps; later++) {
        expect(after.subarray(later * vocabulary, (later + 1) * vocabulary)).not.toEqual(before.subarray(later * vocabulary, (later + 1) * vocabulary));
      }
    }
  });

  it('starts near the uniform distribution', async () => {
    const module = built('architectures', 'gpt', { task: 'language-model', input: 'text', exampleShape: [16], vocabulary: 65, outputs: 65 });
    const logits = await outputOf(module, floats([1, 16], Array.from({ length: 16 }, (_, i) => i)), initialize(module, 0));
    expect(Math.max(...logits.map(Math.abs))).toBeLessThan(1);
  });
});
