import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { type Checkpoint, computeSurfaceIn, type EstimateOptions, estimateSurface, type Grid, type LandscapeProblem, makePlane, type Plane, PointEvaluator, pointCount, surfaceCurvatureSchema, type SurfaceRecipe, surfaceRecipeSchema, WeightEvaluator } from '#core/landscape';
import { groupsOf } from '../../../core/landscape/estimate/work';
import { Times } from '#core/runtime';
import { PlaneCurvature } from '../../../core/landscape/plane-curvature';
import { mlpProblem } from './problems';

const home = mkdtempSync(join(tmpdir(), 'basin-estimate-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));
afterEach(() => vi.restoreAllMocks());

const problem = mlpProblem([2, 4, 2], 30, 10);
const options = { device: 'cpu' } as const;
const axis = (count: number) => ({ from: -1, to: 1, count });
const plane = (axes: 2 | 3 = 2, checkpoints?: readonly Checkpoint[]): Plane =>
  makePlane(problem, { kind: 'random', seed: 1, normalization: 'filter', include: 'all', orthogonal: false, ...(axes === 3 && { axes: 3 as const }) }, checkpoints ? { checkpoints } : {});
const recipeOf = (laid: Plane, grid: Grid, more: Partial<SurfaceRecipe> = {}): SurfaceRecipe =>
  surfaceRecipeSchema.parse({ version: 1, program: 'test', run: { name: 'test', id: 'test', fingerprint: 'none' }, plane: laid.recipe, grid, quantities: ['loss', 'accuracy'], split: 'train', subset: null, batchNorm: 'evaluation', device: 'cpu', ...more });

/** How often the computation evaluates a group of points, and whole weights. */
async function counted(laid: Plane, recipe: SurfaceRecipe, { checkpoints, until = Infinity, curvature }: { checkpoints?: readonly Checkpoint[]; until?: number } & Pick<EstimateOptions, 'curvature'> = {}) {
  const groups = vi.spyOn(PointEvaluator.prototype, 'evaluate');
  const curvatures = vi.spyOn(PlaneCurvature.prototype, 'evaluate');
  const weights = vi.spyOn(WeightEvaluator.prototype, 'evaluate');
  const programs = vi.spyOn(WeightEvaluator, 'create');
  let left = until;
  for await (const event of computeSurfaceIn(join(home, `${JSON.stringify(recipe.grid).replaceAll(/\W/g, '')}${recipe.adaptive?.points ?? ''}${checkpoints?.length ?? ''}`), problem, laid, recipe, { ...options, ...(checkpoints && { checkpoints }), ...(curvature && { curvature }) })) {
    if (event.kind === 'points' && --left === 0) break;
  }
  const found = { groups: groups.mock.calls.length, evaluations: weights.mock.calls.length, curvatures: curvatures.mock.calls.length, compiled: programs.mock.calls.length };
  vi.restoreAllMocks();
  return found;
}

const path = (count: number): Checkpoint[] => Array.from({ length: count }, (_, step) => ({
  step,
  parameters: Object.fromEntries(Object.entries(problem.parameters).map(([name, { data }]) => [name, data.map((value, i) => value * (0.5 + step / count) + 0.01 * i * step)])),
}));

describe('an estimate counts what the computation does', () => {
  it.each<[string, Grid, Partial<SurfaceRecipe>, 2 | 3]>([
    ['a plane', { x: axis(9), y: axis(15) }, {}, 2],
    ['fewer points than go together', { x: axis(3), y: axis(3) }, {}, 2],
    ['a volume', { x: axis(7), y: axis(5), z: axis(5) }, {}, 3],
    ['chosen points', { x: axis(33), y: axis(33) }, { adaptive: { points: 300, quantity: 'loss' } }, 2],
    ['many chosen points', { x: axis(17), y: axis(17) }, { adaptive: { points: 250, quantity: 'loss' } }, 2],
  ])('%s: the groups of points, and the centre', async (_, grid, more, axes) => {
    const laid = plane(axes);
    const recipe = recipeOf(laid, grid, more);
    const estimate = await estimateSurface(problem, laid, grid, { ...options, ...(recipe.adaptive && { adaptive: recipe.adaptive }) });
    const { groups, evaluations, compiled } = await counted(laid, recipe);
    expect({ groups: estimate.groups, evaluations: estimate.evaluations, points: estimate.points }).toEqual({ groups, evaluations, points: pointCount(grid, recipe.adaptive) });
    expect(evaluations).toBe(1);
    expect(compiled).toBe(1);
  });

  it('the checkpoints of the path, with the centre\'s program', async () => {
    const checkpoints = path(11);
    const grid: Grid = { x: axis(5), y: axis(5) };
    const laid = plane(2, checkpoints);
    vi.spyOn(WeightEvaluator.prototype, 'evaluationSeconds', 'get').mockReturnValue(1e6);
    const estimate = await estimateSurface(problem, laid, grid, { ...options, checkpoints: checkpoints.length });
    expect(Math.floor(estimate.seconds / 1e6)).toBe(12);
    const { groups, evaluations, compiled } = await counted(laid, recipeOf(laid, grid), { checkpoints });
    expect(evaluations).toBe(12);
    expect(compiled).toBe(1);
    expect(estimate).toMatchObject({ groups, evaluations });
  });

  it('only what an earlier attempt has left', async () => {
    const grid: Grid = { x: axis(21), y: axis(21) };
    const laid = plane();
    const recipe = recipeOf(laid, grid);
    const values: Record<string, Float64Array> = {};
    for await (const event of computeSurfaceIn(join(home, 'partly'), problem, laid, recipe, options)) {
      if (event.kind !== 'points') continue;
      for (const [name, list] of Object.entries(event.values)) event.indices.forEach((index, i) => ((values[name] ??= new Float64Array(441).fill(NaN))[index] = list[i]!));
      if (event.done > 100) break;
    }
    const estimate = await estimateSurface(problem, laid, grid, { ...options, values });
    const { groups } = await counted(laid, recipe);
    expect(estimate).toMatchObject({ evaluations: 0, groups: groups - Math.ceil(values['loss']!.filter(Number.isFinite).length / 64) });
    const whole = Object.fromEntries(Object.keys(values).map((name) => [name, new Float64Array(441)]));
    expect(await estimateSurface(problem, laid, grid, { ...options, values: whole })).toMatchObject({ evaluations: 0, groups: 0, points: 441 });
  });

  it('a group costs the same however many of its places are filled; of what is known, none', () => {
    const grid: Grid = { x: axis(9), y: axis(8) };
    expect([1, 8, 64, 128].map((population) => groupsOf(grid, undefined, population))).toEqual([72, 9, 2, 1]);
    const first = new Float64Array(72).fill(NaN);
    first[3] = 1;
    // One point alone completes no group of eight.
    expect(groupsOf(grid, undefined, 8, { loss: first })).toBe(9);
    expect(groupsOf(grid, undefined, 1, { loss: first })).toBe(71);
    expect(groupsOf({ x: axis(65), y: axis(65) }, { points: 400, quantity: 'loss' }, 64, { loss: new Float64Array(4225).fill(NaN) })).toBe(groupsOf({ x: axis(65), y: axis(65) }, { points: 400, quantity: 'loss' }, 64));
  });
});

describe('what is measured', () => {
  it('runs part of the batches only where a group is long, and never the whole surface', async () => {
    const evaluate = vi.spyOn(PointEvaluator.prototype, 'evaluate');
    const slow: LandscapeProblem = mlpProblem([2, 8, 2], 4000, 40);
    const laid = makePlane(slow, { kind: 'random', seed: 1, normalization: 'filter', include: 'all', orthogonal: false });
    const { seconds, groups } = await estimateSurface(slow, laid, { x: axis(201), y: axis(201) }, options);
    expect(evaluate.mock.calls[0]![1]).toMatchObject({ batches: 1 });
    expect(groups).toBe(Math.ceil(201 ** 2 / 64));
    expect(seconds).toBeGreaterThan(0);
  });

  it('counts the curvature at the centre once, and with each group', async () => {
    const curvature = { quantities: ['gradient-norm'] as const, settings: surfaceCurvatureSchema.parse({}) };
    const grid: Grid = { x: axis(6), y: axis(6) };
    const laid = plane();
    vi.spyOn(PlaneCurvature.prototype, 'groupSeconds', 'get').mockReturnValue(1e6);
    const { seconds } = await estimateSurface(problem, laid, grid, { ...options, curvature });
    const { groups, curvatures } = await counted(laid, recipeOf(laid, grid, { quantities: ['loss', 'accuracy', 'gradient-norm'] }), { curvature });
    expect(curvatures).toBe(groups + 1);
    expect(Math.floor(seconds / 1e6)).toBe(curvatures);
  });

  it.each([1, 2, 3])('aborted at its measurement %i of the centre, it says so', async (at) => {
    const abort = new AbortController();
    const rehearse = WeightEvaluator.prototype.rehearse;
    let calls = 0;
    vi.spyOn(WeightEvaluator.prototype, 'rehearse').mockImplementation(function (this: WeightEvaluator, signal) {
      calls += 1;
      if (calls === at) abort.abort(new Error('enough'));
      return rehearse.call(this, signal);
    });
    await expect(estimateSurface(problem, plane(), { x: axis(3), y: axis(3) }, { ...options, signal: abort.signal })).rejects.toThrow('enough');
    expect(calls).toBe(at);
  });

  it('the usual time is the median of all but the first, whose extra is apart', () => {
    const times = new Times();
    expect([times.usual, times.extra, times.repeated]).toEqual([undefined, 0, false]);
    times.add(5);
    expect([times.usual, times.extra, times.repeated]).toEqual([5, 0, false]);
    for (const seconds of [1, 9, 2]) times.add(seconds);
    expect([times.usual, times.extra, times.repeated]).toEqual([2, 3, true]);
    for (let i = 0; i < 100; i++) times.add(7);
    expect([times.usual, times.extra]).toEqual([7, 0]);
  });
});

it('what remains is counted in groups: none after the last, whole ones before', async () => {
  vi.spyOn(PointEvaluator.prototype, 'groupSeconds', 'get').mockReturnValue(2);
  for (const [grid, adaptive] of [[{ x: axis(15), y: axis(15) }, undefined], [{ x: axis(33), y: axis(33) }, { points: 300, quantity: 'loss' }]] as const) {
    const laid = plane();
    const remaining: number[] = [];
    for await (const event of computeSurfaceIn(join(home, `remaining${adaptive?.points ?? ''}`), problem, laid, recipeOf(laid, grid, adaptive && { adaptive }), options)) if (event.kind === 'points') remaining.push(event.remainingSeconds);
    expect(remaining).toEqual(remaining.map((_, i) => 2 * (remaining.length - 1 - i)));
  }
});
