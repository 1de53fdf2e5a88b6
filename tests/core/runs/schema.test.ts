import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { jsonSchema } from '#core/blocks';
import { composeRun, parseSpecification, readSpecification, runSpecificationSchema, type SpecificationMistake } from '#core/runs';
import { loadDataset } from '#core/data';
import { small, smallSpecification } from './samples';

const assets = join(import.meta.dirname, '../../../assets');

describe('the published schema', () => {
  it('is the one that specifications are checked by (vitest -u writes it anew)', async () => {
    await expect(`${JSON.stringify(jsonSchema(runSpecificationSchema), null, 2)}\n`).toMatchFileSnapshot(join(assets, 'schema/run.schema.json'));
  });

  it.each(readdirSync(join(assets, 'specs')).filter((name) => name.endsWith('.json')))('the sample %s is valid', (name) => {
    expect(readSpecification(join(assets, 'specs', name)).basin).toBe(1);
  });
});

describe('a specification that is wrong says where', () => {
  it.each([
    ['a misspelt field', { optimiser: 'adam' }, 'unknown field "optimiser": did you mean "optimizer"?'],
    ['a misspelt field of a block', { model: { use: 'mlp', widht: [3] } }, 'model: unknown field "widht": did you mean "widths"?'],
    ['a misspelt block', { optimizer: 'adamm' }, 'optimizer.use: unknown optimizer "adamm": did you mean "adam" or "adamw" or "asam"?'],
    ['a negative learning rate', { optimizer: { use: 'sgd', learningRate: -0.1 } }, 'optimizer.learningRate: must be above 0, got -0.1'],
    ['a fraction of an epoch', { training: { epochs: 0.5 } }, 'training.epochs: must be a whole number, got 0.5'],
    ['a word for a batch size', { training: { batchSize: 'al' } }, 'training.batchSize: must be a number or "all", got "al"'],
    ['a batch of nothing', { training: { batchSize: 0 } }, 'training.batchSize: must be at least 1, got 0'],
    ['a base that is no base', { optimizer: { use: 'sam', base: 'asam' } }, 'optimizer.base.use: unknown optimizer "asam": did you mean "adam" or "adamw"?'],
    ['a word for a number', { seed: 'one' }, 'seed: must be a number, got "one"'],
    ['an entry of a list', { augmentations: [{ use: 'shift', pixles: 2 }] }, 'augmentations[0]: unknown field "pixles": did you mean "pixels"?'],
    ['a nested block', { model: { use: 'mlp', activation: 'rleu' } }, 'model.activation.use: unknown activation "rleu": did you mean "relu" or "elu"?'],
    ['no data', { data: undefined }, 'data: is missing'],
    ['no source of data', { data: { source: {} } }, 'data.source: needs either "path" (a file or folder) or "generator" (toy data)'],
    ['a misspelt field of the data', { data: { source: { path: 'x.csv' }, traget: 'y' } }, 'data: unknown field "traget": did you mean "target"?'],
    ['another version of the format', { basin: 2 }, 'basin: must be 1, got 2'],
  ])('%s', (_, changes, message) => {
    expect(() => parseSpecification(smallSpecification(changes), { what: 'spec.json' })).toThrow(expect.objectContaining({ code: 'spec.invalid', message: `spec.json: ${message}` }) as Error);
  });

  it('tells all mistakes at once', () => {
    expect(() => parseSpecification(smallSpecification({ seed: -1, name: '' }))).toThrow('2 mistakes');
  });

  it.each([
    ['a batch larger than the data', { training: { batchSize: 5000 } }, 'training.batchSize: 5000 is larger than the training part (210 examples)'],
    ['a loss for another task', { loss: 'huber' }, 'loss: loss huber is for regression and reconstruction; this run is classification'],
    ['a metric for another task', { metrics: ['accuracy', 'rmse'] }, 'metrics[1]: metric rmse is for regression; this run is classification'],
    ['a network for pictures', { model: 'resnet' }, 'model: architecture resnet takes image input; this data is table'],
    ['a metric named twice', { metrics: ['accuracy', 'accuracy'] }, 'metrics[1]: "accuracy" is named twice'],
  ])('%s', async (_, changes, message) => {
    const specification = small(changes);
    const data = await loadDataset(specification.data);
    expect(() => composeRun(specification, data)).toThrow(expect.objectContaining({ name: 'UserError', message: `The specification: ${message}` }) as SpecificationMistake);
  });
});

describe('a batch of all examples', () => {
  it('is the training part, one step an epoch', async () => {
    const specification = small({ training: { batchSize: 'all', epochs: 3 } });
    const { training, schedule, specification: resolved } = composeRun(specification, await loadDataset(specification.data));
    expect(training.batchSize).toBe(210);
    expect(resolved.training.batchSize).toBe(210);
    expect([0, 1, 2].map(schedule)).toHaveLength(3);
  });
});

describe('readSpecification', () => {
  it('starts relative paths at the file', () => {
    const { data } = readSpecification(join(assets, 'specs/iris.json'));
    expect('path' in data.source && data.source.path).toBe(join(assets, '../../shared/data/iris.csv'));
  });

  it('says where a file is no JSON', () => {
    expect(() => readSpecification(join(assets, 'icon.svg'))).toThrow(/icon\.svg is not JSON: /);
    expect(readFileSync(join(assets, 'icon.svg'), 'utf8')).toContain('<svg');
  });
});
