import { Philox } from '#core/graph';
import { initialize } from '#core/nn';
import type { Weights } from '#core/nn';
import { describe, expect, it } from 'vitest';
import { built, floats } from '../evaluate';
import { outputOf } from './output-of';
import { unsettled } from './three-steps';

const [steps, inputs, units] = [9, 3, 4];
const series = { input: 'sequence' as const, exampleShape: [steps, inputs] };
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** `W x + b`, row by row. */
const affine = (w: Float32Array, x: readonly number[], b: Float32Array): number[] =>
  Array.from(b, (offset, row) => x.reduce((sum, value, i) => sum + w[row * x.length + i]! * value, offset));

/** The last hidden state of one layer in one direction, by the formulas of PyTorch's documentation. */
function loop(cell: 'lstm' | 'gru' | 'tanh', { parameters: p }: Weights, end: string, sequence: readonly (readonly number[])[]): number[] {
  let h = new Array<number>(units).fill(0);
  let c = [...h];
  for (const x of sequence) {
    const input = affine(p[`rnn.weight_ih_${end}`]!, x, p[`rnn.bias_ih_${end}`]!);
    const recurrent = affine(p[`rnn.weight_hh_${end}`]!, h, p[`rnn.bias_hh_${end}`]!);
    const gate = (k: number, j: number): number => input[k * units + j]! + recurrent[k * units + j]!;
    if (cell === 'tanh') h = h.map((_, j) => Math.tanh(gate(0, j)));
    else if (cell === 'lstm') {
      c = c.map((value, j) => sigmoid(gate(1, j)) * value + sigmoid(gate(0, j)) * Math.tanh(gate(2, j)));
      h = c.map((value, j) => sigmoid(gate(3, j)) * Math.tanh(value));
    } else {
      h = h.map((value, j) => {
        const z = sigmoid(gate(1, j));
        return (1 - z) * Math.tanh(input[2 * units + j]! + sigmoid(gate(0, j)) * recurrent[2 * units + j]!) + z * value;
      });
    }
  }
  return h;
}

describe('recurrent networks', () => {
  const x = new Philox(1, 'x').normals(steps * inputs);
  const sequence = Array.from({ length: steps }, (_, t) => [...x.subarray(t * inputs, (t + 1) * inputs)]);

  it.each([['lstm', 'lstm'], ['gru', 'gru'], ['rnn', 'tanh']] as const)('%s in two directions is the float64 loop', async (use, cell) => {
    const module = built('architectures', { use, units, bidirectional: true }, series);
    const weights = unsettled(module);
    const states = [...loop(cell, weights, 'l0', sequence), ...loop(cell, weights, 'l0_reverse', [...sequence].reverse())];
    const expected = affine(weights.parameters['head.weight']!, states, weights.parameters['head.bias']!);
    const output = await outputOf(module, floats([1, steps, inputs], x), weights);
    output.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 10));
  });

  it('have PyTorch\'s names and shapes', () => {
    const module = built('architectures', { use: 'lstm', units: 8, layers: 2, bidirectional: true }, series);
    const shapes = Object.fromEntries(Object.entries(module.parameters).map(([name, { shape }]) => [name, shape]));
    expect(shapes).toMatchObject({
      'rnn.weight_ih_l0': [32, 3], 'rnn.weight_hh_l0': [32, 8], 'rnn.bias_ih_l0': [32], 'rnn.bias_hh_l0_reverse': [32],
      'rnn.weight_ih_l1': [32, 16], 'rnn.weight_ih_l1_reverse': [32, 16], 'head.weight': [3, 16],
    });
  });

  it('start uniformly up to 1 / sqrt(units), biases too', () => {
    const { parameters } = initialize(built('architectures', { use: 'gru', units: 64 }, series), 0);
    for (const name of ['rnn.weight_ih_l0', 'rnn.weight_hh_l0', 'rnn.bias_ih_l0']) {
      const largest = Math.max(...parameters[name]!.map(Math.abs));
      expect(largest).toBeLessThanOrEqual(1 / 8);
      expect(largest).toBeGreaterThan(0.95 / 8);
    }
  });

  it('as language models never look ahead, and refuse to read backwards', async () => {
    const language = { task: 'language-model' as const, input: 'text' as const, exampleShape: [6], vocabulary: 5, outputs: 5 };
    const module = built('architectures', { use: 'lstm', units, layers: 2 }, language);
    const weights = unsettled(module);
    const tokens = [0, 3, 1, 4, 2, 2];
    const [before, after] = [await outputOf(module, floats([1, 6], tokens), weights), await outputOf(module, floats([1, 6], [0, 3, 1, 0, 2, 2]), weights)];
    expect(after.subarray(0, 15)).toEqual(before.subarray(0, 15));
    expect(after.subarray(15)).not.toEqual(before.subarray(15));
    expect(() => built('architectures', { use: 'lstm', bidirectional: true }, language)).toThrow('would see the token');
  });
});
