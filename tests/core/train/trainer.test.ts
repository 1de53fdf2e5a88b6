import { UserError } from '#core/graph';
import { describe, expect, it } from 'vitest';
import { follow, pictureData, spiralData, trainerFor } from './problem';
import type { Specification } from './problem';

const small: Specification = { model: { use: 'mlp', widths: [16] }, training: { epochs: 3, batchSize: 32 } };

describe('training', () => {
  it('learns the spirals, and its story is complete', async () => {
    const trainer = await trainerFor(spiralData(400, 100), {
      model: { use: 'mlp', widths: [64, 64] }, optimizer: { use: 'adamw', learningRate: 0.01 }, schedule: { use: 'cosine', warmup: 0.1 },
      training: { epochs: 80, batchSize: 32 }, metrics: ['accuracy', 'log-loss'],
    });
    const story = await follow(trainer.run());
    expect(story.epochs).toHaveLength(80);
    // 400 examples in batches of 32: 12 whole ones and one of 16.
    expect(story.steps.map((step) => step.step)).toEqual(Array.from({ length: 80 * 13 }, (_, i) => i + 1));
    expect(story.epochs.at(-1)!.validation!.metrics['accuracy']).toBeGreaterThanOrEqual(0.98);
    expect(story.epochs.at(-1)!.train.loss).toBeLessThan(0.1);
    expect(story.end).toEqual({ kind: 'end', reason: 'finished', step: 1040, epoch: 80 });
    expect(story.checkpoints[0]!.reasons).toEqual(['initial']);
    expect(story.checkpoints.at(-1)!.reasons).toContain('end');
    await trainer.dispose();
  });

  it('learns a line by regression, measured in the target\'s own unit', async () => {
    const x = Float32Array.from({ length: 256 }, (_, i) => Math.sin(i));
    const part = { count: 256, x, y: x.map((value) => 0.8 * value - 0.1) };
    const trainer = await trainerFor({
      task: 'regression', exampleShape: [1], targets: 1, targetScaling: [{ mean: 100, scale: 50 }], train: part, validation: part,
    }, { model: { use: 'mlp', widths: [] }, optimizer: { use: 'sgd', learningRate: 0.2, momentum: 0 }, training: { epochs: 40, batchSize: 64 }, metrics: ['r2', 'rmse'] });
    const { epochs } = await follow(trainer.run());
    const { loss, metrics } = epochs.at(-1)!.validation!;
    expect(metrics['r2']).toBeGreaterThan(0.999999);
    expect(metrics['rmse']).toBeCloseTo(50 * Math.sqrt(loss), 4);
    await trainer.dispose();
  });

  it('gives the same bits for the same specification and others for another seed', async () => {
    const run = async (seed: number) => {
      const trainer = await trainerFor(pictureData(40), {
        model: { use: 'cnn', stages: [{ stage: 'conv', channels: 4, norm: 'batch' }, { stage: 'pool' }, { stage: 'dropout', rate: 0.2 }] },
        augmentations: ['flip', { use: 'shift', pixels: 1 }], regularizers: ['l2'], training: { epochs: 2, batchSize: 16, gradientClip: 1 }, seed,
      });
      const { last } = await follow(trainer.run());
      await trainer.dispose();
      return last!;
    };
    const first = await run(0);
    expect(await run(0)).toEqual(first);
    expect((await run(1)).parameters).not.toEqual(first.parameters);
  });

  it('is the same whether the step or the host picks the examples', async () => {
    const run = async (sharesMemory: boolean) => {
      const trainer = await trainerFor(spiralData(50), { ...small, sharesMemory });
      const { steps, last } = await follow(trainer.run());
      await trainer.dispose();
      return { steps, parameters: last!.parameters };
    };
    expect(await run(false)).toEqual(await run(true));
  });

  it('clips the whole gradient to the norm, and reports the norm before', async () => {
    const run = async (gradientClip: number | null) => {
      const trainer = await trainerFor(spiralData(), { ...small, optimizer: { use: 'sgd', learningRate: 1, momentum: 0 }, training: { epochs: 1, batchSize: 200, gradientClip } });
      const { checkpoints, steps } = await follow(trainer.run());
      const [before, after] = [checkpoints[0]!.state.parameters, checkpoints.at(-1)!.state.parameters];
      let squares = 0;
      for (const [name, { data }] of Object.entries(after)) data.forEach((value, i) => (squares += (Number(value) - Number(before[name]!.data[i])) ** 2));
      await trainer.dispose();
      return { moved: Math.sqrt(squares), norm: steps[0]!.gradientNorm };
    };
    const free = await run(null);
    expect(free.moved).toBeCloseTo(free.norm, 4);
    const clipped = await run(free.norm / 4);
    expect(clipped.norm).toBeCloseTo(free.norm, 5);
    expect(clipped.moved).toBeCloseTo(free.norm / 4, 4);
  });

  it('weighs a smaller last batch by its examples in the epoch\'s loss', async () => {
    const trainer = await trainerFor(spiralData(50), { ...small, training: { epochs: 1, batchSize: 32 } });
    const { steps, epochs } = await follow(trainer.run());
    expect(steps).toHaveLength(2);
    expect(epochs[0]!.train.loss).toBeCloseTo((steps[0]!.loss * 32 + steps[1]!.loss * 18) / 50, 6);
    await trainer.dispose();
  });
});

describe('what cannot be trained is said before it starts', () => {
  it.each<[string, Specification, string]>([
    ['a batch larger than the data', { ...small, training: { batchSize: 500 } }, 'the batch of 500 is larger than the training data (200 examples)'],
    ['early stopping on what is not measured', { ...small, training: { batchSize: 32, earlyStopping: { metric: 'acuracy' } } }, 'did you mean "accuracy"'],
  ])('%s', async (_name, specification, message) => {
    await expect(trainerFor(spiralData(), specification)).rejects.toThrow(UserError);
    await expect(trainerFor(spiralData(), specification)).rejects.toThrow(message);
  });

  it('early stopping without a validation part', async () => {
    const { validation: _none, ...data } = spiralData();
    await expect(trainerFor(data, { ...small, training: { batchSize: 32, earlyStopping: {} } })).rejects.toThrow('needs a validation part');
  });
});

describe('a loss that is no longer finite', () => {
  it('stops the training, names the step and what to try, and never offers such weights', async () => {
    const trainer = await trainerFor(spiralData(), { ...small, optimizer: { use: 'sgd', learningRate: 1000, momentum: 0.9 }, training: { epochs: 50, batchSize: 32 } });
    const finite: boolean[] = [];
    const steps: number[] = [];
    const failure: unknown = await follow(trainer.run(), (event) => {
      if (event.kind === 'steps') steps.push(...event.steps.map((step) => step.step));
      if (event.kind === 'checkpoint') finite.push(Object.values(event.state.parameters).every(({ data }) => (data as Float32Array).every(Number.isFinite)));
    }).then(() => undefined, (error: unknown) => error);
    expect(failure).toBeInstanceOf(UserError);
    const { code, message, hint } = failure as UserError;
    expect(code).toBe('train.diverged');
    expect(message).toMatch(/at step \d+ \(epoch \d+\): training stopped$/);
    expect(hint).toContain('lower learning rate');
    // Every step before the failure was told, none after.
    expect(steps).toEqual(Array.from(steps, (_, i) => i + 1));
    if (/loss became|gradient became/.test(message)) expect(Number(/step (\d+)/.exec(message)![1])).toBe(steps.length + 1);
    expect(finite.length).toBeGreaterThan(0);
    expect(finite.every(Boolean)).toBe(true);
    await trainer.dispose();
  });
});

describe('the op that made the first NaN', () => {
  const failureOf = async (training: object): Promise<UserError> => {
    const trainer = await trainerFor(spiralData(), { ...small, optimizer: { use: 'sgd', learningRate: 1000, momentum: 0.9 }, training: { epochs: 50, batchSize: 32, ...training } });
    const failure = await follow(trainer.run()).then(() => undefined, (error: unknown) => error);
    await trainer.dispose();
    return failure as UserError;
  };

  it('is named with what it read, the layer, the step and the epoch', async () => {
    const { code, message } = await failureOf({ debugNaN: true });
    expect(code).toBe('train.diverged');
    expect(message).toMatch(/at step \d+ \(epoch \d+\): training stopped\. The first NaN or infinity is -?(NaN|Infinity) \(\d+ of \d+ numbers\) made by \w+ \[[\d,]*\] in the [\w' ]+/);
    expect(message).toMatch(/; it read \S+ \[[\d,]*\] between \S+ and \S+/);
  });

  it('is not looked for unless asked', async () => {
    expect((await failureOf({})).message).toMatch(/training stopped$/);
  });
});

describe('early stopping and the best checkpoint', () => {
  it('stops after its patience, and the best checkpoint is the epoch with the best value', async () => {
    // Labels of noise: the validation loss soon rises.
    const trainer = await trainerFor(pictureData(60), {
      model: { use: 'mlp', widths: [64] }, optimizer: { use: 'adamw', learningRate: 0.01 },
      training: { epochs: 100, batchSize: 20, earlyStopping: { metric: 'loss', patience: 4 }, checkpointEvery: 3 },
    });
    const { epochs, end, checkpoints } = await follow(trainer.run());
    const losses = epochs.map((epoch) => epoch.validation!.loss);
    const best = losses.indexOf(Math.min(...losses));
    expect(end).toMatchObject({ reason: 'early', epoch: best + 1 + 4 });
    expect(epochs.map((epoch) => epoch.best).lastIndexOf(true)).toBe(best);
    expect(checkpoints.filter(({ reasons }) => reasons.includes('best')).at(-1)!.state.progress.epoch).toBe(best + 1);
    const regular = checkpoints.filter(({ reasons }) => reasons.includes('epoch')).map(({ state }) => state.progress.epoch);
    expect(regular.slice(0, -1).every((epoch) => epoch % 3 === 0)).toBe(true);
    await trainer.dispose();
  });
});
