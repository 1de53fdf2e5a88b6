import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Tensor } from '#core/graph';
import type { Loss } from '#core/train';
import { type Value, built, evaluate, floats, integers } from './evaluate';

const logits = [[2, -1, 0.5], [0.1, 0.2, 0.3], [-4, 3, 9], [1000, -1000, 0]];
const classes = [0, 2, 1, 0];

const softmax = (row: number[]): number[] => {
  const largest = Math.max(...row);
  const powers = row.map((value) => Math.exp(value - largest));
  const total = powers.reduce((a, b) => a + b);
  return powers.map((value) => value / total);
};

async function values(loss: Loss, outputs: number[][], target: Value, device: 'reference' | 'cpu' = 'reference'): Promise<Float64Array> {
  const result = await evaluate((args: { output: Tensor; target: Tensor }) => ({ loss: loss.perExample(args.output, args.target) }), {
    output: floats([outputs.length, outputs[0]!.length], outputs.flat()), target,
  }, device);
  return result['loss']!;
}

describe('losses against their formulas', () => {
  it.each(['reference', 'cpu'] as const)('cross-entropy, finite for extreme logits (%s)', async (device) => {
    const ours = await values(built('losses', 'cross-entropy'), logits, integers(classes), device);
    logits.slice(0, 3).forEach((row, i) => expect(ours[i]!).toBeCloseTo(-Math.log(softmax(row)[classes[i]!]!), 5));
    expect(ours[3]).toBeCloseTo(0, 12);
  });

  it('label smoothing spreads its share over every class', async () => {
    const ours = await values(built('losses', { use: 'cross-entropy', labelSmoothing: 0.3 }), logits.slice(0, 3), integers(classes.slice(0, 3)));
    logits.slice(0, 3).forEach((row, i) => {
      const logs = softmax(row).map(Math.log);
      const expected = -logs.reduce((sum, log, k) => sum + log * (0.1 + (k === classes[i] ? 0.7 : 0)), 0);
      expect(ours[i]!).toBeCloseTo(expected, 6);
    });
  });

  it('balanced weights: n / (classes * count), so that every class weighs the same over the training part', async () => {
    const plain = await values(built('losses', 'cross-entropy'), logits.slice(0, 3), integers([0, 1, 2]));
    const balanced = await values(built('losses', { use: 'cross-entropy', classWeights: 'balanced' }), logits.slice(0, 3), integers([0, 1, 2]));
    [10, 20, 30].forEach((count, k) => expect(balanced[k]! / plain[k]!).toBeCloseTo(60 / (3 * count), 6));
  });

  it('given class weights are brought to the mean 1 over the training part', async () => {
    const plain = await values(built('losses', 'cross-entropy'), logits.slice(0, 3), integers([0, 1, 2]));
    const weighted = await values(built('losses', { use: 'cross-entropy', classWeights: [1, 2, 4] }), logits.slice(0, 3), integers([0, 1, 2]));
    const scale = 60 / (10 * 1 + 20 * 2 + 30 * 4);
    [1, 2, 4].forEach((weight, k) => expect(weighted[k]! / plain[k]!).toBeCloseTo(weight * scale, 6));
    expect(() => built('losses', { use: 'cross-entropy', classWeights: [1, 2] })).toThrow('2 class weights for 3 classes');
  });

  it('binary cross-entropy on one output, and on one a class', async () => {
    const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));
    const one = await values(built('losses', { use: 'binary-cross-entropy', positiveWeight: 3 }, { classes: 2 }), [[0.7], [-2], [80]], integers([1, 0, 0]));
    expect(one[0]).toBeCloseTo(-3 * Math.log(sigmoid(0.7)), 6);
    expect(one[1]).toBeCloseTo(-Math.log(1 - sigmoid(-2)), 6);
    expect(one[2]).toBeCloseTo(80, 4);
    const many = await values(built('losses', 'binary-cross-entropy'), [logits[0]!], integers([0]));
    const expected = -(Math.log(sigmoid(2)) + Math.log(1 - sigmoid(-1)) + Math.log(1 - sigmoid(0.5))) / 3;
    expect(many[0]).toBeCloseTo(expected, 6);
  });

  it('mean squared error and Huber, the mean over targets', async () => {
    const regression = { task: 'regression' as const, targets: 2 };
    const target = floats([2, 2], [0, 1, -1, 5]);
    const outputs = [[0.5, 1], [-4, 4.9]];
    const squared = await values(built('losses', 'mean-squared-error', regression), outputs, target);
    expect(Array.from(squared)).toEqual([expect.closeTo(0.125, 6), expect.closeTo(4.505, 5)]);
    const huber = await values(built('losses', { use: 'huber', delta: 0.8 }, regression), outputs, target);
    expect(Array.from(huber)).toEqual([expect.closeTo(0.125 / 2, 6), expect.closeTo((0.8 * (3 - 0.4) + 0.005) / 2, 5)]);
  });

  it('cross-entropy of two outputs is binary cross-entropy of their difference', async () => {
    await fc.assert(fc.asyncProperty(fc.float({ min: -20, max: 20, noNaN: true }), fc.float({ min: -20, max: 20, noNaN: true }), fc.integer({ min: 0, max: 1 }), async (a, b, label) => {
      const two = { classes: 2, classCounts: [1, 1] };
      const ce = await values(built('losses', 'cross-entropy', two), [[a, b]], integers([label]));
      const bce = await values(built('losses', 'binary-cross-entropy', two), [[b - a]], integers([label]));
      expect(ce[0]).toBeCloseTo(bce[0]!, 5);
    }), { numRuns: 20 });
  });
});

describe('regularizers', () => {
  const parameters = { 'a.weight': floats([3], [1, -2, 3]), 'a.bias': floats([1], [10]) };
  const specs = {
    'a.weight': { shape: [3], kind: 'weight' as const, fanIn: 1, fanOut: 1, initial: 0 },
    'a.bias': { shape: [1], kind: 'bias' as const, fanIn: 1, fanOut: 1, initial: 0 },
  };
  it.each([
    ['l2 on weights', { use: 'l2', strength: 0.1 }, (0.1 / 2) * 14],
    ['l2 on all', { use: 'l2', strength: 0.1, on: 'all' }, (0.1 / 2) * 114],
    ['l1 on weights', { use: 'l1', strength: 0.1 }, 0.1 * 6],
  ])('%s', async (_name, specification, expected) => {
    const regularizer = built('regularizers', specification);
    const { penalty } = await evaluate((args) => ({ penalty: regularizer.penalty({ specs, parameters: args }) }), parameters);
    expect(penalty![0]).toBeCloseTo(expected, 6);
  });
});
