import { describe, expect, it } from 'vitest';
import { loadDataset } from '#core/data';
import { Philox } from '#core/graph';
import type { Direction, LandscapeProblem } from '#core/landscape';
import { makeBatches, type BatchesOptions } from '#core/runs';
import { type BatchLosses, bootstrapHalfWidth, type DrawnAgain, meanOver, subsetCheck } from '../../../../core/landscape/trust/sampled-checks';
import { small, temporaryHome } from '../../runs/samples';

temporaryHome();

const EXAMPLES = 96;
const loaded = await loadDataset(small({ data: { source: { generator: { use: 'moons', count: 90, noise: 0.2, seed: 1 } } } }).data);
/** Normal numbers, another hundred for each `draw`. */
const drawn = (draw: number) => ({ ...loaded, exampleShape: [1], train: { ...loaded.train, count: EXAMPLES, x: Float32Array.from(new Philox(draw, 'population').normals(EXAMPLES)), y: new Int32Array(EXAMPLES) } });

type Batches = Pick<LandscapeProblem, 'batches'>;

const batchesOf = (draw: number, options: Partial<BatchesOptions>): LandscapeProblem =>
  ({ ...makeBatches(drawn(draw), { split: 'train', subset: null, mixed: true, ...options }) }) as Batches as LandscapeProblem;

/**
 * `f(x) = w (x - m) / s` with each batch's own mean and deviation, told to return `x`: a batch's mean squared error is `w^2 - 2 w s + s^2 + m^2`. The centre is `w = 1`.
 */
const losses: BatchLosses = (problem, displacement) => {
  const w = 1 + (displacement?.['w']?.[0] ?? 0);
  return Promise.resolve(Float64Array.from(problem.batches, ({ x, mask, count }) => {
    const own = Array.from(x as Float32Array).filter((_, i) => mask[i] === 1);
    const m = own.reduce((a, b) => a + b, 0) / count;
    const s = Math.sqrt(own.reduce((sum, value) => sum + (value - m) ** 2, 0) / count);
    return w * w - 2 * w * s + s * s + m * m;
  }));
};

const FAR: Direction = { w: Float32Array.of(1) };

/** The rise that a picture with batches of so many examples has on average: by the mean deviation of so many normal numbers, `sqrt(2 / n) Gamma(n / 2) / Gamma((n - 1) / 2)`. */
function expectedRise(n: number): number {
  let deviation = n % 2 === 0 ? Math.sqrt(1 / Math.PI) : Math.sqrt(Math.PI) / 2;
  // Gamma((k + 2) / 2) / Gamma((k + 1) / 2) = (k / 2) / ((k - 1) / 2) Gamma(k / 2) / Gamma((k - 1) / 2)
  for (let k = n % 2 === 0 ? 2 : 3; k < n; k += 2) deviation *= k / (k - 1);
  return 3 - 2 * deviation * Math.sqrt(2 / n);
}

/** How often the picture's interval holds the rise that pictures of such batches have on average. */
async function coverage(draws: number, size: number, again: (draw: number, picture: LandscapeProblem) => DrawnAgain): Promise<number> {
  let held = 0;
  for (let draw = 0; draw < draws; draw++) {
    const picture = batchesOf(draw, { mostExamples: size });
    const [centre, far] = [await losses(picture, undefined), await losses(picture, FAR)];
    const rise = meanOver(far, picture) - meanOver(centre, picture);
    const from = again(draw, picture);
    const [nearby, beyond] = [await losses(from.problem, undefined), await losses(from.problem, FAR)];
    const { figure } = await subsetCheck(from, [FAR], losses, 1e-7, draw);
    const half = figure! * Math.abs(meanOver(beyond, from.problem) - meanOver(nearby, from.problem));
    held += Number(Math.abs(rise - expectedRise(size)) <= half);
  }
  return held / draws;
}

describe('the interval of a picture\'s rise', () => {
  it('holds the true rise in some 95 of 100 draws where each batch has its own statistics, whatever the size of the picture\'s batches', async () => {
    for (const size of [96, 8]) {
      const found = await coverage(300, size, (draw, { batches }) => ({ problem: batchesOf(draw, { mostExamples: size, drawnAgain: 24 }), picture: batches.length }));
      expect(found).toBeGreaterThan(0.91);
      expect(found).toBeLessThan(0.985);
    }
  });

  it('is another one with 24 batches of four examples, whose statistics are not those of the picture\'s one batch', async () => {
    const small = batchesOf(0, { leastBatches: 24 });
    expect(small.batches.every(({ count }) => count === 4)).toBe(true);
    let sum = 0;
    for (let draw = 0; draw < 100; draw++) {
      const problem = batchesOf(draw, { leastBatches: 24 });
      sum += meanOver(await losses(problem, FAR), problem) - meanOver(await losses(problem, undefined), problem);
    }
    expect(sum / 100).toBeCloseTo(expectedRise(4), 1);
    // Two of three pictures' own spread away from where these pictures lie.
    expect(expectedRise(4) - expectedRise(EXAMPLES)).toBeGreaterThan(2 * 1.96 * Math.sqrt(1 / (2 * EXAMPLES)));
  });

  it('is held against the largest rise: a place that hardly rises beside one that does adds no doubt', async () => {
    const batches = Array.from({ length: 24 }, () => ({ count: 1 }));
    const scatter = new Philox(1, 'scatter').normals(24);
    const rises: BatchLosses = (_, displacement) => Promise.resolve(Float64Array.from(scatter, (z) => (displacement?.['w']?.[0] ?? 0) + (displacement ? 0.1 * z : 0)));
    const problem = { batches } as unknown as LandscapeProblem;
    const ask = (places: number[]) => subsetCheck({ problem, picture: 24 }, places.map((w) => ({ w: Float64Array.of(w) })) as unknown as Direction[], rises, 1e-7, 0);
    expect(await ask([0.01, 1])).toMatchObject({ passed: true });
    expect(await ask([0.01])).toMatchObject({ passed: false });
  });

  it('holds the mean of few batches as often as it says', () => {
    let held = 0;
    for (let draw = 0; draw < 400; draw++) {
      const values = Float64Array.from(new Philox(draw, 'few').normals(8));
      const mean = values.reduce((a, b) => a + b, 0) / 8;
      held += Number(Math.abs(mean) <= bootstrapHalfWidth(values, new Array<number>(8).fill(1), 8, draw));
    }
    expect(held / 400).toBeGreaterThan(0.925);
    expect(held / 400).toBeLessThan(0.975);
  });
});
