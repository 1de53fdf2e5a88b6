import { afterEach, describe, expect, it, vi } from 'vitest';
import { chunkLength, stepsAt } from '../../../core/train/chunk-length';
import { StepSession } from '../../../core/train/session';
import { singleStep } from '../../../core/train/step-source';
import type { TrainingData } from '#core/train';
import { follow, pictureData, spiralData, trainerFor, variantFor } from './problem';
import type { Specification, Story } from './problem';

afterEach(() => vi.restoreAllMocks());

const told = ({ steps, epochs, checkpoints, end }: Story): unknown => ({ steps, epochs, checkpoints, end });

/** A whole training, with the number of steps that each run of a program did. */
async function train(data: TrainingData, specification: Specification): Promise<{ story: Story; counts: number[] }> {
  const run = vi.spyOn(StepSession.prototype, 'run');
  const trainer = await trainerFor(data, specification);
  const story = await follow(trainer.run());
  await trainer.dispose();
  const counts = run.mock.calls.map(([{ count }]) => count);
  run.mockRestore();
  return { story, counts };
}

async function trainSingly(data: TrainingData, specification: Specification): Promise<Story> {
  const length = vi.spyOn(StepSession.prototype, 'chunkLength').mockReturnValue(1);
  const { story, counts } = await train(data, specification);
  length.mockRestore();
  expect(new Set(counts)).toEqual(new Set([1]));
  return story;
}

const cases: { name: string; data: TrainingData; specification: Specification; chunk: number }[] = [
  {
    // 17 whole batches in a chunk, and one of 3 examples.
    name: 'an MLP with dropout, AdamW and a schedule', data: spiralData(139, 40), chunk: 17,
    specification: { model: { use: 'mlp', widths: [16, 16], dropout: 0.2 }, optimizer: { use: 'adamw', learningRate: 0.01 }, schedule: { use: 'one-cycle' }, training: { epochs: 16, batchSize: 8 } },
  },
  {
    // 33 whole batches: two chunks of 16 and two single steps, the last one smaller.
    name: 'examples that the host picks, Nesterov and clipping', data: spiralData(266, 40), chunk: 16,
    specification: {
      model: { use: 'mlp', widths: [16], norm: 'batch' }, optimizer: { use: 'sgd', learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.01 },
      regularizers: ['l2'], training: { epochs: 8, batchSize: 8, gradientClip: 0.5 }, sharesMemory: false,
    },
  },
  {
    name: 'a convolutional network with BatchNorm, dropout and augmentation', data: pictureData(84), chunk: 10,
    specification: {
      model: { use: 'cnn', stages: [{ stage: 'conv', channels: 16, norm: 'batch' }, { stage: 'pool' }, { stage: 'dropout', rate: 0.3 }] },
      augmentations: ['flip', { use: 'shift', pixels: 1 }], training: { epochs: 26, batchSize: 8 },
    },
  },
  {
    name: 'a GRU', data: pictureData(40, [6, 3]), chunk: 10,
    specification: { model: { use: 'gru', units: 8 }, optimizer: { use: 'adam', learningRate: 0.01 }, training: { epochs: 26, batchSize: 4, gradientClip: 1 } },
  },
  {
    name: 'a Transformer', data: pictureData(41, [6, 3]), chunk: 10,
    specification: { model: { use: 'transformer', width: 8, depth: 1, heads: 2, dropout: 0.1 }, schedule: { use: 'cosine', warmup: 3 }, training: { epochs: 26, batchSize: 4 } },
  },
];

describe('a training in chunks of steps', () => {
  it.each(cases)('equals one in single steps, bit for bit: $name', async ({ data, specification, chunk }) => {
    const { story, counts } = await train(data, specification);
    expect(Math.max(...counts)).toBe(chunk);
    expect(told(story)).toEqual(told(await trainSingly(data, specification)));
  });

  it('that is stopped between two chunks and resumed equals one that never was', async () => {
    const { data, specification } = cases[1]!;
    const whole = await trainSingly(data, specification);
    const first = await trainerFor(data, specification);
    const abort = new AbortController();
    let asked = 0;
    const before = await follow(first.run({ signal: abort.signal, pausePoint: () => {
      // The second time it is asked within the first chunk.
      if (++asked < 2) return undefined;
      abort.abort();
      return Promise.resolve();
    } }));
    await first.dispose();
    expect(before.last!.progress.batch).toBe(16);
    const second = await trainerFor(data, specification);
    second.restore(before.last!);
    const after = await follow(second.run());
    await second.dispose();
    expect([...before.steps, ...after.steps]).toEqual(whole.steps);
    expect([...before.epochs, ...after.epochs]).toEqual(whole.epochs);
    expect(after.last).toEqual(whole.last);
  });

  it('goes on from a step within a chunk', async () => {
    const { data, specification } = cases[1]!;
    const whole = await trainSingly(data, specification);
    // Single steps end anywhere.
    vi.spyOn(StepSession.prototype, 'chunkLength').mockReturnValueOnce(1);
    const first = await trainerFor(data, specification);
    const abort = new AbortController();
    let asked = 0;
    const { last, steps } = await follow(first.run({ signal: abort.signal, pausePoint: () => {
      if (++asked === 8) abort.abort();
      return undefined;
    } }));
    await first.dispose();
    expect(last!.progress.batch % 16).not.toBe(0);
    const second = await trainerFor(data, specification);
    second.restore(last!);
    const after = await follow(second.run());
    await second.dispose();
    expect([...steps, ...after.steps]).toEqual(whole.steps);
    expect(after.last).toEqual(whole.last);
  });

  it('names the step that diverged, and tells those before it', async () => {
    const data = spiralData(160, 40);
    const specification: Specification = { model: { use: 'mlp', widths: [16] }, optimizer: { use: 'sgd', learningRate: 1000, momentum: 0.9 }, training: { epochs: 50, batchSize: 8 } };
    const failing = async (debugNaN: boolean) => {
      const counts = vi.spyOn(StepSession.prototype, 'run');
      const trainer = await trainerFor(data, { ...specification, training: { ...specification.training, debugNaN } });
      const steps: number[] = [];
      const error: unknown = await follow(trainer.run(), (event) => {
        if (event.kind === 'steps') steps.push(...event.steps.map(({ step }) => step));
      }).then(() => undefined, (reason: unknown) => reason);
      await trainer.dispose();
      const most = Math.max(...counts.mock.calls.map(([{ count }]) => count));
      counts.mockRestore();
      return { steps, most, message: (error as Error).message };
    };
    const inChunks = await failing(false);
    const singly = await failing(true);
    expect([inChunks.most, singly.most]).toEqual([20, 1]);
    expect(inChunks.steps).toEqual(Array.from(inChunks.steps, (_, i) => i + 1));
    expect(inChunks.message).toMatch(new RegExp(`^the (loss|gradient) became .* at step ${inChunks.steps.length + 1} \\(epoch `));
    expect(singly.message).toContain('The first NaN or infinity');
  });
});

describe('how many steps a chunk has', () => {
  const stepOf = (data: TrainingData, specification: Specification) => {
    const variant = variantFor(data, specification);
    return singleStep({ ...variant, gradientClip: null }, data, 0).trace(variant.training.batchSize, data.train.count).graph;
  };
  const tiny = stepOf(spiralData(), { model: { use: 'mlp', widths: [16, 16] }, training: { batchSize: 8 } });

  it('shares an epoch out evenly, 32 at most', () => {
    expect([4, 31, 32, 33, 64, 100].map((whole) => chunkLength(tiny, 'cpu', whole, 100))).toEqual([4, 31, 32, 16, 32, 25]);
    expect([0, 16, 32, 33].map((place) => stepsAt(place, 16, 33))).toEqual([16, 16, 1, 1]);
    // A step within a chunk is done by itself.
    expect(stepsAt(5, 16, 33)).toBe(1);
  });

  it('is one for short epochs, short trainings, long steps, and devices that would run a loop from the host', () => {
    expect(chunkLength(tiny, 'cpu', 3, 1000)).toBe(1);
    expect(chunkLength(tiny, 'cpu', 25, 10)).toBe(1);
    expect(chunkLength(tiny, 'webgpu', 32, 100)).toBe(1);
    const wide = stepOf(pictureData(64), { model: { use: 'mlp', widths: [1024, 1024] }, training: { batchSize: 64 } });
    expect(chunkLength(wide, 'cpu', 32, 100)).toBe(1);
  });
});
