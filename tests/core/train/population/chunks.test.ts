import { afterEach, describe, expect, it, vi } from 'vitest';
import type { TrainingData } from '#core/train';
import { StepSession } from '../../../../core/train/session';
import { pictureData, spiralData, type Specification } from '../problem';
import { trainPopulation, type PopulationCase } from './problem';

afterEach(() => vi.restoreAllMocks());

const rates = (learningRates: number[], rest: Specification): Specification[] =>
  learningRates.map((learningRate) => ({ ...rest, optimizer: { use: 'sgd', learningRate, momentum: 0.9 } }));

const mlp: Specification = { model: { use: 'mlp', widths: [16, 8], dropout: 0.1 }, schedule: { use: 'cosine' }, training: { epochs: 20, batchSize: 8 } };
/** Labels as numbers: a loss that a large learning rate blows up. */
const labels = spiralData(139, 40);
const line: TrainingData = {
  ...labels, task: 'regression', targets: 1,
  train: { ...labels.train, y: Float32Array.from(labels.train.y) }, validation: { ...labels.validation!, y: Float32Array.from(labels.validation!.y) },
};
const cnn: Specification = { model: { use: 'cnn', stages: [{ stage: 'conv', channels: 4, norm: 'batch' }, { stage: 'pool' }] }, training: { epochs: 26, batchSize: 4 } };
const members = [{ seed: 1, variant: 0 }, { seed: 2, variant: 1 }, { seed: 3, variant: 0 }];

describe('a population in chunks of steps', () => {
  it.each<{ name: string; data: TrainingData; population: PopulationCase; chunk: number; ended: number[] }>([
    { name: 'one order for all, a member that diverges', data: line, population: { variants: rates([0.01, 500], mlp), members, orderSeed: 4 }, chunk: 17, ended: [1] },
    { name: 'each member\'s own order, examples that the host picks', data: spiralData(139, 40), population: { variants: rates([0.05, 0.1], mlp), members, sharesMemory: false }, chunk: 17, ended: [] },
    { name: 'a convolutional network with BatchNorm', data: pictureData(42), population: { variants: rates([0.05, 0.1], cnn), members }, chunk: 10, ended: [] },
  ])('equals one in single steps, bit for bit: $name', async ({ data, population, chunk, ended }) => {
    const run = vi.spyOn(StepSession.prototype, 'run');
    const inChunks = await trainPopulation(data, population);
    expect(Math.max(...run.mock.calls.map(([{ count }]) => count))).toBe(chunk);
    expect(inChunks.ended.map(({ member }) => member)).toEqual(ended);
    vi.spyOn(StepSession.prototype, 'chunkLength').mockReturnValue(1);
    run.mockClear();
    expect(inChunks).toEqual(await trainPopulation(data, population));
    expect(new Set(run.mock.calls.map(([{ count }]) => count))).toEqual(new Set([1]));
  });
});
