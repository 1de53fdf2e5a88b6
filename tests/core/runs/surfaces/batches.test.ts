import fc from 'fast-check';
import { expect, it } from 'vitest';
import { loadDataset } from '#core/data';
import { makeBatches } from '../../../../core/runs/surfaces/batches';
import { small, temporaryHome } from '../samples';

temporaryHome();

const loaded = await loadDataset(small({ data: { source: { generator: { use: 'moons', count: 90, noise: 0.2, seed: 1 } } } }).data);
/** Examples that are their own numbers, so that they can be told apart. */
const numbered = (count: number) =>
  ({ ...loaded, exampleShape: [1], train: { ...loaded.train, count, x: Float32Array.from({ length: count }, (_, i) => i), y: new Int32Array(count) } });

it('cuts examples into as many batches as asked for, each example once and none of them empty', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 64 }), fc.boolean(), (examples, leastBatches, mostExamples, mixed) => {
    const { batches, size } = makeBatches(numbered(examples), { split: 'train', subset: null, mixed, leastBatches, mostExamples });
    expect(batches.length).toBe(Math.min(examples, Math.max(leastBatches, Math.ceil(examples / mostExamples))));
    const found = batches.flatMap(({ x, mask, count }) => {
      expect(count).toBeGreaterThan(0);
      expect(x).toHaveLength(size);
      expect(mask.reduce((a, b) => a + b, 0)).toBe(count);
      return Array.from(x as Float32Array).slice(0, count);
    });
    expect(found.toSorted((a, b) => a - b)).toEqual(Array.from({ length: examples }, (_, i) => i));
  }));
});
