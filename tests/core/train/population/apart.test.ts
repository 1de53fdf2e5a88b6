import { describe, expect, it } from 'vitest';
import type { PopulationState } from '#core/train';
import { pictureData, spiralData } from '../problem';
import { followPopulation, populationFor, rowsOf, trainPopulation, type PopulationCase, type PopulationStory } from './problem';

const training = { epochs: 6, batchSize: 16 };
const rates = (...list: number[]) => list.map((learningRate) => ({
  model: { use: 'mlp', widths: [12] }, training, optimizer: { use: 'sgd', learningRate, momentum: 0.9 }, loss: { use: 'mean-squared-error' },
}));

/** A population whose second member blows up. */
const regression = { ...spiralData(80, 30), task: 'regression' as const, targets: 1 };
const line = {
  ...regression,
  train: { ...regression.train, y: Float32Array.from(regression.train.y) },
  validation: { ...regression.validation!, y: Float32Array.from(regression.validation!.y) },
};

const own = (story: PopulationStory, member: number): unknown => ({
  losses: story.losses.map((row) => row[member]),
  norms: story.norms.map((row) => row[member]),
  epochs: story.epochs.map(({ train, validation }) => [train[member], validation![member]]),
  weights: rowsOf(story.last!.parameters, member),
});
const finite = (state: PopulationState): boolean => [state.parameters, state.buffers, state.optimizer].every((group) =>
  Object.values(group).every(({ data }) => (data as Float32Array).every((value) => Number.isFinite(value))));

describe('a member that diverges', () => {
  const members = [{ seed: 1, variant: 0 }, { seed: 2, variant: 1 }, { seed: 3, variant: 2 }];

  it('leaves the others at the same bits as with a sound one in its place', async () => {
    const broken = await trainPopulation(line, { variants: rates(0.05, 500, 0.02), members });
    const sound = await trainPopulation(line, { variants: rates(0.05, 0.01, 0.02), members });
    for (const member of [0, 2]) expect(own(broken, member)).toEqual(own(sound, member));
    expect(sound.ended).toEqual([]);
    expect(broken.ended.map(({ member, end }) => [member, end.reason])).toEqual([[1, 'diverged']]);
    const { step, what } = broken.ended[0]!.end;
    expect(what).toMatch(/^the (loss|gradient) became/);
    // Its numbers stop where it ended, and its kept weights are those of the last sound checkpoint.
    broken.losses.forEach((row, i) => expect(Number.isNaN(row[1]!)).toBe(i + 1 >= step));
    expect(broken.checkpoints.every(({ state }) => finite(state))).toBe(true);
    expect(broken.end).toMatchObject({ reason: 'finished' });
  });

  it('is told with the op that made its first NaN, where that is asked for, and the others keep their bits', async () => {
    const asked = (variants: PopulationCase['variants']) => variants.map((variant) => ({ ...variant, training: { ...training, debugNaN: true } }));
    for (const orderSeed of [undefined, 5]) {
      const order = orderSeed === undefined ? {} : { orderSeed };
      const plain = await trainPopulation(line, { variants: rates(0.05, 500, 500), members, ...order });
      const story = await trainPopulation(line, { variants: asked(rates(0.05, 500, 500)), members, ...order });
      expect(own(story, 0)).toEqual(own(plain, 0));
      expect(story.ended.map(({ member, end }) => [member, end.step])).toEqual(plain.ended.map(({ member, end }) => [member, end.step]));
      for (const { end } of story.ended) {
        expect(end.what).toMatch(/^the (loss|gradient) became \S+\. The first NaN or infinity is -?(NaN|Infinity) \(\d+ of \d+ numbers\) made by \w+ /);
      }
    }
  });

  it('leaves the others alone in convolutions with BatchNorm, dropout and augmentation', async () => {
    const data = pictureData(40);
    const variants = (rate: number) => [0.01, rate, 0.02].map((learningRate) => ({
      model: { use: 'cnn', stages: [{ stage: 'conv', channels: 3, norm: 'batch' }, { stage: 'pool' }, { stage: 'dropout', rate: 0.2 }] },
      augmentations: ['flip', { use: 'shift', pixels: 1 }], optimizer: { use: 'sgd', learningRate }, training: { epochs: 2, batchSize: 16 },
    }));
    const broken = await trainPopulation(data, { variants: variants(1000), members, orderSeed: 7 });
    const sound = await trainPopulation(data, { variants: variants(0.01), members, orderSeed: 7 });
    for (const member of [0, 2]) expect(own(broken, member)).toEqual(own(sound, member));
  });

  it('ends the training when it is the last one', async () => {
    const story = await trainPopulation(line, { variants: rates(500), members: [{ seed: 1, variant: 0 }, { seed: 2, variant: 0 }] });
    expect(story.ended.map(({ member }) => member).sort()).toEqual([0, 1]);
    expect(story.end!.step).toBeLessThan(30);
    expect(finite(story.last!)).toBe(true);
  });
});

describe('members that stop early', () => {
  const variants = [1, 2, 50].map((patience) => ({
    model: { use: 'mlp', widths: [12] }, training: { epochs: 12, batchSize: 16, earlyStopping: { metric: 'loss', patience, minDelta: 0.02 } },
    optimizer: { use: 'sgd', learningRate: 0.05, momentum: 0.9 },
  }));
  const data = spiralData(80, 30);
  const case3: PopulationCase = { variants, members: [0, 1, 2].flatMap((variant) => [{ seed: 1, variant }, { seed: 5, variant }]), orderSeed: 3 };

  it('keep the weights they stopped with, while the others go on as before', async () => {
    const story = await trainPopulation(data, case3);
    expect(story.ended.length).toBeGreaterThan(2);
    expect(story.ended.every(({ end }) => end.reason === 'early')).toBe(true);
    // Patience says when to stop, nothing else: until then a member is its twin that never stops.
    for (const { member, end } of story.ended.filter((each) => each.member < 4)) {
      const twin = 4 + (member % 2);
      const at = story.checkpoints.find(({ state }) => state.progress.step === end.step)!;
      expect(rowsOf(story.last!.parameters, member)).toEqual(rowsOf(at.state.parameters, member));
      expect(rowsOf(at.state.parameters, member)).toEqual(rowsOf(at.state.parameters, twin));
      expect(story.losses.filter((row) => !Number.isNaN(row[member]!)).length).toBe(end.step);
    }
    // Half of them ended: the program now computes only the others.
    expect(story.last!.progress.slots.length).toBeLessThan(6);
  });

  it('a stopped and resumed population ends with the same bits', async () => {
    const whole = await trainPopulation(data, case3);
    for (const stopAfter of [7, 23]) {
      const first = await populationFor(data, case3);
      const abort = new AbortController();
      let asked = 0;
      const before = await followPopulation(first.run({ signal: abort.signal, pausePoint: () => {
        if (++asked > 2 * stopAfter) abort.abort();
        return undefined;
      } }));
      await first.dispose();
      expect(before.end!.reason).toBe('stopped');
      const saved = structuredClone(before.last!);
      saved.progress = JSON.parse(JSON.stringify(saved.progress)) as typeof saved.progress;
      const second = await populationFor(data, case3);
      await second.restore(saved);
      const after = await followPopulation(second.run());
      await second.dispose();
      expect([...before.losses, ...after.losses]).toEqual(whole.losses);
      expect([...before.epochs, ...after.epochs]).toEqual(whole.epochs);
      expect([...before.ended, ...after.ended]).toEqual(whole.ended);
      expect(after.last).toEqual(whole.last);
    }
  });
});

describe('the order of the data', () => {
  it('is one for all, or each member\'s own', async () => {
    const members = [{ seed: 1, variant: 0 }, { seed: 1, variant: 0 }, { seed: 2, variant: 0 }];
    const data = spiralData(80, 30);
    const shared = await trainPopulation(data, { variants: rates(0.05).map(({ loss: _, ...rest }) => rest), members, orderSeed: 9 });
    const each = await trainPopulation(data, { variants: rates(0.05).map(({ loss: _, ...rest }) => rest), members });
    for (const story of [shared, each]) expect(own(story, 0)).toEqual(own(story, 1));
    expect(own(shared, 0)).not.toEqual(own(each, 0));
    const picked = await trainPopulation(data, { variants: rates(0.05).map(({ loss: _, ...rest }) => rest), members, sharesMemory: false });
    picked.losses.forEach((row, i) => row.forEach((loss, member) => expect(loss).toBeCloseTo(each.losses[i]![member]!, 5)));
  });
});
