import { describe, expect, it } from 'vitest';
import type { PopulationDetails } from '#host-client';
import { againstNumber, bandsOf, bestMember, combinationsOf, intervalOf, memberCurve } from '../../../../renderer/views/train/population/series';

/** Two learning rates with two seeds each, in two groups; the last member diverged after its first epoch. */
const details: PopulationDetails = {
  varied: ['optimizer.learningRate'],
  watched: { name: 'accuracy', part: 'validation' },
  better: { loss: 'lower', accuracy: 'higher' },
  members: [0, 1, 2, 3].map((member) => ({
    member, seed: member % 2, values: { 'optimizer.learningRate': member < 2 ? 0.01 : 1 }, state: member === 3 ? 'diverged' : 'finished', step: 20, epoch: 2,
    results: { validation: { loss: 1, accuracy: [0.5, 0.7, 0.9, 1][member]! } },
  })),
  measures: [],
  curves: [
    { members: Int32Array.of(0, 2), epoch: Float64Array.of(1, 2), step: Float64Array.of(10, 20), columns: { 'train.loss': Float32Array.of(4, 8, 2, 6) } },
    { members: Int32Array.of(1, 3), epoch: Float64Array.of(1, 2), step: Float64Array.of(10, 20), columns: { 'train.loss': Float32Array.of(6, 16, 3, Number.NaN) } },
  ],
};

describe('the curves of a population', () => {
  it('belong to members, whatever group they were trained in', () => {
    expect([...memberCurve(details, 'train.loss', 2).values]).toEqual([8, 6]);
    expect([...memberCurve(details, 'train.loss', 1).values]).toEqual([6, 3]);
    expect(memberCurve(details, 'train.loss', 9).values).toHaveLength(0);
  });

  it('fold the seeds of a combination into mean and deviation, without members that have ended', () => {
    expect(combinationsOf(details).map(({ label, members }) => [label, members.length])).toEqual([['Learning rate 0.01', 2], ['Learning rate 1', 2]]);
    const [slow, fast] = bandsOf(details, 'train.loss', 'deviation');
    expect(slow!.middle).toEqual([5, 2.5]);
    expect(slow!.high[0]! - slow!.middle[0]!).toBeCloseTo(Math.SQRT2, 12);
    expect(fast!.middle).toEqual([12, 6]);
    expect([fast!.low[1], fast!.high[1]]).toEqual([6, 6]);
  });

  it('have intervals of finite numbers only', () => {
    expect(intervalOf([1, 2, 3, 4, Number.NaN], 'deviation')).toMatchObject({ middle: 2.5, count: 4 });
    const { middle, low, high } = intervalOf(Array.from({ length: 101 }, (_, i) => i), 'quantiles')!;
    expect([low, middle, high]).toEqual([5, 50, 95]);
    expect(intervalOf([Number.NaN], 'deviation')).toBeUndefined();
  });

  it('know the best member, and what stands against a number, diverged ones left out', () => {
    expect(bestMember(details)).toBe(2);
    const { intervals, logarithmic, members } = againstNumber(details, 'optimizer.learningRate', 'validation', 'accuracy', 'deviation');
    expect(logarithmic).toBe(true);
    expect(members.map(({ member }) => member)).toEqual([0, 1, 2]);
    expect(intervals.map(({ x, middle, count }) => [x, Number(middle.toFixed(6)), count])).toEqual([[0.01, 0.6, 2], [1, 0.9, 1]]);
  });
});
