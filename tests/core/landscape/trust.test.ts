import { describe, expect, it, vi } from 'vitest';
import { add, mul, Philox, sum } from '#core/graph';
import { assembleSurface, computeSurface, evaluateCentre, makePlane, trustChecks, type Grid, type LandscapeProblem, type PlaneRecipe, type SurfaceRecipe, type TrustCheck, type TrustOptions } from '#core/landscape';
import { bootstrapHalfWidth } from '../../../core/landscape/trust/sampled-checks';
import { BatchEvaluator } from '../../../core/landscape/weight-evaluator';
import { mlpProblem, quadraticProblem } from './problems';
import { sampleSurface } from './sample';

const random: PlaneRecipe = { kind: 'random', seed: 0, normalization: 'filter', include: 'weights', orthogonal: false };

async function checked(problem: LandscapeProblem, reach: number, more: Partial<TrustOptions> = {}): Promise<Record<string, TrustCheck>> {
  const grid: Grid = { x: { from: -reach, to: reach, count: 3 }, y: { from: -reach, to: reach, count: 3 } };
  const plane = makePlane(problem, random);
  const values: Record<string, Float64Array> = {};
  for await (const chunk of computeSurface(problem, plane, grid, { device: 'reference', values })) expect(chunk.total).toBe(9);
  const recipe: SurfaceRecipe = { ...sampleSurface().recipe, plane: random, grid };
  const surface = assembleSurface(recipe, plane, values, await evaluateCentre(problem, { device: 'reference' }));
  const checks = await trustChecks({ device: 'reference', surface, plane, problem, ...more });
  return Object.fromEntries(checks.map((check) => [check.name, check]));
}

/** `loss_i = c_i w^2`, one example a batch. */
function scattered(coefficients: readonly number[]): LandscapeProblem {
  const base = quadraticProblem([1, 2, 3], [1, 1, 1]);
  return {
    ...base,
    batches: coefficients.map((c) => ({ x: Float32Array.of(c), y: Int32Array.of(0), mask: Float32Array.of(1), count: 1 })),
    exampleSpecs: { x: { shape: [1, 1], dtype: 'float32' }, y: { shape: [1], dtype: 'int32' } },
    evaluate: (p, _b, { x, mask }) => ({ loss: sum(mul(mul(sum(x), sum(mul(p['w']!, p['w']!))), mask)) }),
  };
}

describe('trust in a picture', () => {
  it('range: a filter-normalised plane has moved by its reach times the norm along an axis, and by more at a corner', async () => {
    const [near, far] = [await checked(mlpProblem(), 0.5), await checked(mlpProblem(), 5)];
    expect(near['range']).toMatchObject({ passed: true });
    expect(near['range']!.figure).toBeGreaterThan(0.5);
    expect(far['range']!.figure / near['range']!.figure).toBeCloseTo(10, 6);
    expect(far['range']).toMatchObject({ passed: false, says: expect.stringContaining('Choose a smaller range') as string });
  });

  it('resolution: a picture as high as a few steps of float32 is doubted', async () => {
    expect((await checked(mlpProblem(), 0.5))['resolution']).toMatchObject({ passed: true });
    const flat: LandscapeProblem = { ...quadraticProblem([1, 1], [1, 1]), evaluate: (p, _b, { mask }) => ({ loss: sum(mul(add(mul(sum(p['w']!), 1e-6), 1), mask)) }) };
    expect((await checked(flat, 1))['resolution']).toMatchObject({ passed: false, says: expect.stringContaining('rounding') as string });
  });

  it('subset: the interval of the rise is what the scatter of the examples makes it', async () => {
    const normals = new Philox(1, 'examples').normals(64);
    const coefficients = (scatter: number): number[] => Array.from(normals, (z) => 1 + scatter * z);
    for (const [scatter, passed] of [[0.1, true], [3, false]] as const) {
      const { subset } = await checked(scattered(coefficients(scatter)), 1);
      const list = coefficients(scatter);
      const mean = list.reduce((a, b) => a + b, 0) / 64;
      const deviation = Math.sqrt(list.reduce((total, c) => total + (c - mean) ** 2, 0) / 64);
      // Every example's rise is its coefficient times the same number.
      expect(subset!.figure / ((1.96 * deviation) / 8 / Math.abs(mean))).toBeCloseTo(1, 1);
      expect(subset!.passed).toBe(passed);
    }
    expect(await checked(mlpProblem([6, 16, 12, 3], 50, 16), 1)).not.toHaveProperty('subset');
  });

  it('BatchNorm: the same problem agrees with itself, one twice as steep does not', async () => {
    const [problem, steeper] = [scattered(new Array<number>(8).fill(1)), scattered(new Array<number>(8).fill(2))];
    expect((await checked(problem, 1, { otherMode: { problem, compared: 'With others' } }))['batchNorm']).toMatchObject({ passed: true, figure: 0 });
    const { batchNorm } = await checked(problem, 1, { otherMode: { problem: steeper, compared: 'With others' } });
    expect(batchNorm).toMatchObject({ passed: false });
    expect(batchNorm!.figure).toBeCloseTo(0.5, 6);
  });

  it('repeatability: a bowl rises alike in every plane; directions that lengthen with the seed do not', async () => {
    const problem = quadraticProblem(new Array<number>(400).fill(1), new Array<number>(400).fill(1));
    const plane = (seed: number) => makePlane(problem, { ...random, seed });
    expect((await checked(problem, 1, { fresh: plane }))['repeatability']).toMatchObject({ passed: true });
    const longer = (seed: number) => {
      const { recipe, directions } = plane(seed);
      const [a, b] = directions.map((d) => ({ w: d['w']!.map((value) => value * 2 ** seed) }));
      return { recipe, directions: [a!, b!] as const };
    };
    expect((await checked(problem, 1, { fresh: longer }))['repeatability']).toMatchObject({ passed: false, says: expect.stringContaining('Look at several') as string });
  });

  it('evaluates no place twice, however many checks ask about it', async () => {
    const evaluate = vi.spyOn(BatchEvaluator.prototype, 'evaluate');
    const [problem, other] = [scattered(new Array<number>(8).fill(1)), scattered(new Array<number>(8).fill(1))];
    const found = await checked(problem, 1, { otherMode: { problem: other, compared: 'With others' }, fresh: (seed) => makePlane(problem, { ...random, seed }) });
    expect(Object.keys(found)).toEqual(expect.arrayContaining(['subset', 'batchNorm', 'repeatability']));
    // The centre and four places in both modes, and four places in each of three other planes.
    expect(evaluate).toHaveBeenCalledTimes(2 * 5 + 3 * 4);
    evaluate.mockRestore();
  });

  it('holes and the share of the path are said', async () => {
    const surface = sampleSurface({ f: (x) => (x > 0.9 ? Infinity : 1 + x) });
    const problem = mlpProblem();
    const plane = makePlane(problem, random);
    const checks = await trustChecks({ device: 'reference', surface: { ...surface, explainedVariance: [0.5, 0.2] }, plane, problem });
    const found = Object.fromEntries(checks.map((check) => [check.name, check]));
    expect(found['holes']).toMatchObject({ passed: false, says: expect.stringMatching(/^\d+ of 525 points have no finite value/) as string });
    expect(found['variance']).toMatchObject({ passed: false, figure: 0.7 });
  });

  it('the bootstrap interval of a mean is that of the theory', () => {
    const values = Float64Array.from(new Philox(2, 'values').normals(200));
    const deviation = Math.sqrt(values.reduce((total, v) => total + v * v, 0) / 200);
    expect(bootstrapHalfWidth(values, new Array<number>(200).fill(1), 0) / ((1.96 * deviation) / Math.sqrt(200))).toBeCloseTo(1, 1);
  });
});
