import { describe, expect, it, vi } from 'vitest';
import { studentQuantile } from '#core/curvature';
import { add, div, minimum, mul, Philox, square, sub, sum } from '#core/graph';
import { assembleSurface, computeSurface, evaluateCentre, makePlane, trustChecks, type Grid, type LandscapeProblem, type PlaneRecipe, type SurfaceRecipe, type TrustCheck, type TrustOptions } from '#core/landscape';
import { bootstrapHalfWidth } from '../../../../core/landscape/trust/sampled-checks';
import { floatStep, randomWalkShare, rangeCheck, resolutionCheck, traceCheck, varianceCheck } from '../../../../core/landscape/trust/still-checks';
import { type Checkpoint, trajectoryPlane } from '../../../../core/landscape/principal';
import { BatchEvaluator } from '../../../../core/landscape/weight-evaluator';
import { mlpProblem, quadraticProblem } from '../problems';
import { sampleSurface } from '../sample';

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
    expect(far['range']!.figure! / near['range']!.figure!).toBeCloseTo(10, 6);
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
      expect(subset!.figure! / ((studentQuantile(63) * deviation) / 8 / Math.abs(mean))).toBeCloseTo(1, 1);
      expect(subset!.passed).toBe(passed);
    }
    expect((await checked(mlpProblem([6, 16, 12, 3], 50, 16), 1))['subset']).toMatchObject({ passed: null, says: expect.stringMatching(/^50 examples are too few/) as string });
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

  it('range: a corner of one, two or three directions at their norm is as far as such a picture goes', () => {
    const { parameters } = quadraticProblem([3, 4, 0], [1, 1, 1]);
    const axis = Float64Array.of(-1, 0, 1);
    const unit = (i: number) => ({ w: Float32Array.from({ length: 3 }, (_, k) => (k === i ? 5 : 0)) });
    const still = Float64Array.of(0);
    const checks = [
      rangeCheck({ parameters }, { directions: [unit(0)] }, { x: axis, y: still }),
      rangeCheck({ parameters }, { directions: [unit(0), unit(1)] }, { x: axis, y: axis }),
      rangeCheck({ parameters }, { directions: [unit(0), unit(1), unit(2)] }, { x: axis, y: axis, z: axis }),
    ];
    expect(checks.map(({ passed }) => passed)).toEqual([true, true, true]);
    checks.forEach(({ figure }, i) => expect(figure).toBeCloseTo(Math.sqrt(i + 1), 6));
    expect(rangeCheck({ parameters }, { directions: [unit(0)] }, { x: axis.map((v) => 1.4 * v), y: still }).passed).toBe(false);
    const nothing = quadraticProblem([0, 0, 0], [1, 1, 1]);
    expect(rangeCheck(nothing, { directions: [unit(0)] }, { x: axis, y: still })).toMatchObject({ passed: null, figure: null });
  });

  it('a flat picture says so, and the questions about its rise are not asked of its rounding', async () => {
    const flat: LandscapeProblem = { ...scattered(Array.from({ length: 24 }, (_, i) => i)), evaluate: (p, _b, { x, mask }) => ({ loss: sum(mul(add(mul(mul(sum(x), sum(p['w']!)), 1e-9), 1), mask)) }) };
    const fresh = (seed: number) => makePlane(flat, { ...random, seed });
    const found = await checked(flat, 1, { otherMode: { problem: flat, compared: 'With others' }, fresh });
    expect(found['resolution']).toMatchObject({ passed: false });
    for (const name of ['subset', 'batchNorm', 'repeatability']) {
      expect(found[name]).toMatchObject({ passed: null, figure: null, says: expect.stringMatching(/fewer than 10 steps of float32 .* Choose a larger range/) as string });
    }
    expect(resolutionCheck(new Float64Array(9), 0)).toMatchObject({ passed: false, figure: null, says: 'Every point has the same loss, 0: there is no picture. Choose a larger range.' });
  });

  it('a loss near zero is known to the rounding of its logarithm, not to a step of its own', () => {
    const tiny = Float64Array.of(1e-9, 1e-6, 3e-6);
    expect(resolutionCheck(tiny, floatStep(tiny, 0))).toMatchObject({ passed: true });
    expect(resolutionCheck(tiny, floatStep(tiny, 2 ** -24))).toMatchObject({ passed: false, says: expect.stringContaining('only 50.') as string });
  });

  it('a loss that is not finite half way is no rise', async () => {
    const infinite: LandscapeProblem = { ...scattered(new Array<number>(8).fill(1)), evaluate: (p, _b, { mask }) => ({ loss: sum(mul(div(1, sub(1, minimum(1, mul(sum(square(sub(p['w']!, 1))), 1e6)))), mask)) }) };
    const found = await checked(infinite, 1, { fresh: (seed) => makePlane(infinite, { ...random, seed }), otherMode: { problem: infinite, compared: 'With others' } });
    for (const name of ['subset', 'batchNorm', 'repeatability']) expect(found[name]).toMatchObject({ passed: null, says: expect.stringContaining('not finite') as string });
  });

  it('a trace that is the same everywhere has no shape to doubt', () => {
    const surface = sampleSurface();
    const of = (trace: (i: number) => number) => traceCheck({ ...surface, values: { ...surface.values, trace: Float64Array.from({ length: 525 }, (_, i) => trace(i)), 'trace/interval': new Float64Array(525).fill(0.1) } });
    expect(of(() => 2)).toMatchObject({ passed: null, figure: null });
    expect(of((i) => 2 + (i % 2))).toMatchObject({ passed: true });
    expect(of((i) => 2 + 0.1 * (i % 2))).toMatchObject({ passed: false });
  });

  it('the share of a random walk follows from its checkpoints', () => {
    // In 20,000 dimensions a walk is what theory says of infinitely many.
    const [n, dimensions] = [6, 20_000];
    const walk = (name: string, length: number): Checkpoint[] => {
      const place = new Float32Array(dimensions);
      return Array.from({ length }, (_, step) => {
        if (step > 0) new Philox(step, name).normals(dimensions).forEach((z, i) => (place[i]! += z));
        return { step, parameters: { w: place.slice() } };
      });
    };
    const centre = { w: new Float32Array(dimensions) };
    const share = (paths: Checkpoint[][], axes: 2 | 3): number => trajectoryPlane(centre, paths.map((checkpoints) => ({ checkpoints })), axes).explainedVariance.reduce((a, b) => a + b, 0);
    for (const axes of [2, 3] as const) {
      expect(randomWalkShare([n], axes)).toBeCloseTo(share([walk('a', n)], axes), 2);
      expect(randomWalkShare([n, 4], axes)).toBeCloseTo(share([walk('a', n), walk('b', 4)], axes), 2);
    }
    // Of a long walk three and four fifths (Antognini and Sohl-Dickstein 2018).
    expect(randomWalkShare([400], 2)).toBeCloseTo((6 / Math.PI ** 2) * 1.25, 3);
    expect(randomWalkShare([400], 3)).toBeCloseTo((6 / Math.PI ** 2) * (1.25 + 1 / 9), 3);
    expect(randomWalkShare([3], 2)).toBeCloseTo(1, 12);
    expect(varianceCheck([0.7, 0.15], [5])).toMatchObject({ passed: false, says: expect.stringContaining('a random walk of as many checkpoints in many dimensions reaches 8') as string });
    expect(varianceCheck([0.7, 0.15], [100])).toMatchObject({ passed: true });
    expect(varianceCheck([0.9, 0.1], [3])).toMatchObject({ passed: null, says: expect.stringContaining('Any 3 checkpoints lie in one plane') as string });
  });

  it('holes are said, and the share of the path', async () => {
    const base = sampleSurface({ f: (x) => (x > 0.9 ? Infinity : 1 + x) });
    const surface = { ...base, recipe: { ...base.recipe, plane: { kind: 'trajectory' as const, steps: Array.from({ length: 40 }, (_, i) => i) } }, explainedVariance: [0.5, 0.2] };
    const problem = mlpProblem();
    const checks = await trustChecks({ device: 'reference', surface, plane: makePlane(problem, random), problem });
    const found = Object.fromEntries(checks.map((check) => [check.name, check]));
    expect(found['holes']).toMatchObject({ passed: false, says: expect.stringMatching(/^\d+ of 525 points have no finite value/) as string });
    expect(found['variance']).toMatchObject({ passed: false, figure: 0.7 });
  });

  it('the bootstrap interval of a mean is that of the theory', () => {
    const values = Float64Array.from(new Philox(2, 'values').normals(200));
    const deviation = Math.sqrt(values.reduce((total, v) => total + v * v, 0) / 200);
    expect(bootstrapHalfWidth(values, new Array<number>(200).fill(1), 200, 0) / ((studentQuantile(199) * deviation) / Math.sqrt(200))).toBeCloseTo(1, 1);
  });
});
