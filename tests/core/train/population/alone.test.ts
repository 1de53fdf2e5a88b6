import { describe, expect, it } from 'vitest';
import type { TrainingData } from '#core/train';
import { follow, pictureData, spiralData, trainerFor, type Specification, type Story } from '../problem';
import { rowsOf, trainPopulation } from './problem';

/** What a single training told and left behind. */
async function alone(data: TrainingData, specification: Specification): Promise<Story> {
  const trainer = await trainerFor(data, specification);
  try {
    return await follow(trainer.run());
  } finally {
    await trainer.dispose();
  }
}

/** Largest difference, relative to the largest number. */
function apart(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let largest = 1e-12;
  let difference = 0;
  expect(a.length).toBe(b.length);
  for (let i = 0; i < a.length; i++) {
    largest = Math.max(largest, Math.abs(b[i]!));
    difference = Math.max(difference, Math.abs(a[i]! - b[i]!));
  }
  return difference / largest;
}

const spirals = spiralData(100, 40);
const pictures = pictureData(40);
const training = { epochs: 2, batchSize: 32 };
const mlp = { use: 'mlp', widths: [12, 8] };

const cases: { name: string; data: TrainingData; variants: Specification[] }[] = [
  {
    name: 'learning rate, momentum and decay of SGD', data: spirals,
    variants: [[0.05, 0.9, 1e-3], [0.1, 0.5, 1e-2], [0.2, 0.8, 0.1]].map(([learningRate, momentum, weightDecay]) => ({
      model: mlp, training, optimizer: { use: 'sgd', learningRate, momentum, weightDecay, nesterov: true },
    })),
  },
  {
    name: 'moments and decay of AdamW, clipping', data: spirals,
    variants: [[0.9, 0.999, 0.01, 0.5], [0.5, 0.99, 0.1, 0.2], [0.8, 0.9999, 1, 1]].map(([beta1, beta2, weightDecay, gradientClip]) => ({
      model: mlp, training: { ...training, gradientClip }, schedule: { use: 'one-cycle' },
      optimizer: { use: 'adamw', learningRate: 0.01, beta1, beta2, weightDecay },
    })),
  },
  {
    name: 'dropout, label smoothing, penalties, schedule', data: spirals,
    variants: [[0.1, 0.05, 1e-4, 0.1], [0.3, 0.1, 1e-3, 0.3], [0.5, 0.2, 1e-2, 0.5]].map(([dropout, labelSmoothing, strength, end]) => ({
      model: { ...mlp, dropout }, training, loss: { use: 'cross-entropy', labelSmoothing }, regularizers: [{ use: 'l2', strength }, { use: 'l1', strength: strength! / 10 }],
      schedule: { use: 'cosine', end, warmup: 2 },
    })),
  },
  {
    name: 'a convolutional network with BatchNorm, dropout and augmentation', data: pictures,
    variants: [[0.1, 0.2], [0.4, 0.7]].map(([rate, probability]) => ({
      model: { use: 'cnn', stages: [{ stage: 'conv', channels: 4, norm: 'batch' }, { stage: 'pool' }, { stage: 'dropout', rate }] },
      augmentations: [{ use: 'flip', probability }, { use: 'shift', pixels: 1 }], training: { epochs: 2, batchSize: 16 }, optimizer: { use: 'adam', learningRate: 0.005 },
    })),
  },
];

describe('a member of a population', () => {
  it.each(cases)('equals the same network trained alone: $name', async ({ data, variants }) => {
    const members = variants.flatMap((_, variant) => [{ seed: 3, variant }, { seed: 4, variant }]);
    const together = await trainPopulation(data, { variants, members });
    for (const [member, { seed, variant }] of members.entries()) {
      const single = await alone(data, { ...variants[variant]!, seed });
      expect(together.rates.map((row) => row[member])).toEqual(single.steps.map(({ learningRate }) => learningRate));
      // The kernels of one product and of many add in another order: equal to the rounding of a few steps.
      expect(apart(together.losses.map((row) => row[member]!), single.steps.map(({ loss }) => loss))).toBeLessThan(2e-6);
      expect(apart(together.norms.map((row) => row[member]!), single.steps.map(({ gradientNorm }) => gradientNorm))).toBeLessThan(2e-5);
      for (const [group, tensors] of Object.entries({ parameters: single.last!.parameters, buffers: single.last!.buffers })) {
        const rows = rowsOf(together.last![group as 'parameters'], member);
        for (const [name, { data: values }] of Object.entries(tensors)) expect(apart(rows[name]!, values as Float32Array), `${group} ${name}`).toBeLessThan(5e-6);
      }
      single.epochs.forEach((epoch, i) => {
        const { train, validation } = together.epochs[i]!;
        expect(train[member]!.metrics).toEqual(epoch.train.metrics);
        expect(train[member]!.loss).toBeCloseTo(epoch.train.loss, 5);
        expect(validation![member]!.loss).toBeCloseTo(epoch.validation!.loss, 5);
      });
    }
  });
});
