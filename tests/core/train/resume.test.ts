import { describe, expect, it } from 'vitest';
import { follow, pictureData, trainerFor } from './problem';
import type { Specification, Story } from './problem';

const data = pictureData(50);
/** Everything that has state or draws numbers. */
const specification: Specification = {
  model: { use: 'cnn', stages: [{ stage: 'conv', channels: 4, norm: 'batch' }, { stage: 'pool' }, { stage: 'dropout', rate: 0.3 }] },
  optimizer: { use: 'adamw', learningRate: 0.01 }, schedule: { use: 'one-cycle' }, augmentations: ['flip', { use: 'shift', pixels: 1 }],
  training: { epochs: 4, batchSize: 16, earlyStopping: { metric: 'accuracy', patience: 50, minDelta: 0.01 } }, metrics: ['accuracy', 'auc'],
};

const told = ({ steps, epochs }: Story): unknown => ({ steps, epochs });

/** A training that is stopped after so many steps, its state saved, and a new trainer that goes on from there. */
async function interrupted(stopAfter: number): Promise<{ story: Story; pieces: Story[] }> {
  const first = await trainerFor(data, specification);
  const abort = new AbortController();
  let asked = 0;
  const before = await follow(first.run({ signal: abort.signal, pausePoint: () => {
    if (++asked > 2 * stopAfter) abort.abort();
    return undefined;
  } }));
  await first.dispose();
  // Through bytes, as a file would carry it.
  const saved = structuredClone(before.last!);
  saved.progress = JSON.parse(JSON.stringify(saved.progress)) as typeof saved.progress;
  const second = await trainerFor(data, specification);
  second.restore(saved);
  const after = await follow(second.run());
  await second.dispose();
  return {
    pieces: [before, after],
    story: { steps: [...before.steps, ...after.steps], epochs: [...before.epochs, ...after.epochs], checkpoints: [], end: after.end, last: after.last },
  };
}

describe('a training that was stopped and resumed', () => {
  it.each([1, 3, 6])('equals one that never was, bit for bit (stopped after about %i steps)', async (stopAfter) => {
    const trainer = await trainerFor(data, specification);
    const whole = await follow(trainer.run());
    await trainer.dispose();
    const { story, pieces } = await interrupted(stopAfter);
    expect(pieces[0]!.end!.reason).toBe('stopped');
    expect(pieces[0]!.steps.length).toBeGreaterThan(0);
    expect(pieces[0]!.steps.length).toBeLessThan(whole.steps.length);
    expect(pieces[1]!.checkpoints[0]!.reasons).not.toContain('initial');
    expect(told(story)).toEqual(told(whole));
    expect(story.last).toEqual(whole.last);
  });

  it('a finished training that is run again only says so', async () => {
    const trainer = await trainerFor(data, { ...specification, training: { epochs: 1, batchSize: 16 } });
    const { last } = await follow(trainer.run());
    trainer.restore(last!);
    const again = await follow(trainer.run());
    expect(again.steps).toHaveLength(0);
    expect(again.end).toMatchObject({ reason: 'finished' });
    await trainer.dispose();
  });
});

describe('pausing', () => {
  it('offers a checkpoint, waits, and goes on as if nothing had been', async () => {
    const plain = await trainerFor(data, specification);
    const whole = await follow(plain.run());
    await plain.dispose();
    const trainer = await trainerFor(data, specification);
    let resume: () => void = () => undefined;
    let pause: Promise<void> | undefined = new Promise((resolve) => {
      resume = () => {
        pause = undefined;
        resolve();
      };
    });
    const seen: string[] = [];
    const story = await follow(trainer.run({ pausePoint: () => pause }), (event) => {
      if (event.kind !== 'checkpoint') return;
      seen.push(event.reasons.join());
      if (event.reasons.includes('pause')) setImmediate(resume);
    });
    expect(seen.slice(0, 2)).toEqual(['initial', 'pause']);
    expect(told(story)).toEqual(told(whole));
    await trainer.dispose();
  });

  it('can be stopped while paused', async () => {
    const trainer = await trainerFor(data, specification);
    const abort = new AbortController();
    const story = await follow(trainer.run({ signal: abort.signal, pausePoint: () => new Promise(() => undefined) }), (event) => {
      if (event.kind === 'checkpoint' && event.reasons.includes('pause')) setImmediate(() => abort.abort());
    });
    expect(story.end).toMatchObject({ reason: 'stopped', step: 0 });
    await trainer.dispose();
  });
});
