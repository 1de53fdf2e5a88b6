import { describe, expect, it } from 'vitest';
import { loadDataset } from '#core/data';
import { evaluateCentre, makePlane, PlaneEvaluator, type LandscapeProblem } from '#core/landscape';
import { composeRun } from '#core/runs';
import { Philox } from '#core/graph';
import type { StateTensor } from '#core/train';
import { checkBatchNorm, statisticsOf, type BatchNormMode } from '../../../../core/runs/surfaces/batch-norm';
import { checkFinite } from '../../../../core/runs/evaluation/sound-weights';
import { landscapeProblem } from '../../../../core/runs/surfaces/problem';
import { small, temporaryHome } from '../samples';

temporaryHome();

const specification = small({ model: { use: 'mlp', widths: [7, 5], norm: 'batch' }, data: { source: { generator: { use: 'moons', count: 90, noise: 0.2, seed: 1 } } }, training: { epochs: 1, batchSize: 16 } });
const data = await loadDataset(specification.data);
const parts = composeRun(specification, data);
const shapes = { ...parts.model.parameters, ...parts.model.buffers };
const tensors: Record<string, StateTensor> = Object.fromEntries(Object.entries(shapes).map(([name, { shape }]) => {
  const draws = new Philox(3, name).normals(shape.reduce((a, b) => a * b, 1));
  const data = name.endsWith('running_var') ? draws.map((z) => 0.5 + z * z) : name.includes('.weight') && shape.length === 1 ? draws.map((z) => 1 + 0.2 * z) : draws;
  return [name, { shape: [...shape], data }];
}));
const problemOf = (batchNorm: BatchNormMode, split: 'train' | 'validation' = 'train', subset: { count: number; seed: number } | null = null): LandscapeProblem =>
  landscapeProblem(parts, data, tensors, { split, subset, batchNorm });

type Rows = number[][];
const column = (rows: Rows, k: number): number[] => rows.map((row) => row[k]!);
const mean = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0) / list.length;

/** The network in plain float64: dense, BatchNorm, ReLU, twice; then the outputs. `moments` gives a channel's mean and variance at a layer. */
function forward(weights: Readonly<Record<string, ArrayLike<number>>>, x: Rows, moments: (layer: number, k: number, values: number[]) => [number, number]): Rows {
  let h = x;
  for (const layer of [0, 3]) {
    h = dense(weights, layer, h);
    const stats = h[0]!.map((_, k) => moments(layer + 1, k, column(h, k)));
    const [scale, shift] = [weights[`layers.${layer + 1}.weight`]!, weights[`layers.${layer + 1}.bias`]!];
    h = h.map((row) => row.map((value, k) => Math.max(0, ((value - stats[k]![0]) / Math.sqrt(stats[k]![1] + 1e-5)) * scale[k]! + shift[k]!)));
  }
  return dense(weights, 6, h);
}

function dense(weights: Readonly<Record<string, ArrayLike<number>>>, layer: number, x: Rows): Rows {
  const [w, b] = [weights[`layers.${layer}.weight`]!, weights[`layers.${layer}.bias`]];
  const inputs = x[0]!.length;
  return x.map((row) => Array.from({ length: w.length / inputs }, (_, o) => row.reduce((sum, value, i) => sum + value * w[o * inputs + i]!, b?.[o] ?? 0)));
}

const rowsOf = (x: ArrayLike<number>, width: number): Rows => Array.from({ length: x.length / width }, (_, i) => Array.from({ length: width }, (_unused, j) => x[i * width + j]!));

/** Mean cross-entropy of a network whose statistics are taken anew from the problem's calibration batches. */
function recalibratedLoss(problem: LandscapeProblem, weights: Readonly<Record<string, ArrayLike<number>>>): number {
  const seen = new Map<string, { means: number[]; variances: number[] }>();
  for (const { x } of problem.calibration!.batches) {
    forward(weights, rowsOf(x as Float32Array, 2), (layer, k, values) => {
      const m = mean(values);
      const squares = values.reduce((sum, value) => sum + (value - m) ** 2, 0);
      const of = seen.get(`${layer}.${k}`) ?? { means: [], variances: [] };
      of.means.push(m);
      of.variances.push(squares / (values.length - 1));
      seen.set(`${layer}.${k}`, of);
      return [m, squares / values.length];
    });
  }
  let [sum, count] = [0, 0];
  for (const { x, y, mask } of problem.batches) {
    const outputs = forward(weights, rowsOf(x as Float32Array, 2), (layer, k) => {
      const { means, variances } = seen.get(`${layer}.${k}`)!;
      return [mean(means), mean(variances)];
    });
    outputs.forEach((row, i) => {
      if (mask[i] === 0) return;
      const label = Number(y[i]);
      sum += row.length === 1 ? Math.log1p(Math.exp(label === 1 ? -row[0]! : row[0]!)) : Math.log(row.reduce((total, z) => total + Math.exp(z), 0)) - row[label]!;
      count++;
    });
  }
  return sum / count;
}

describe('BatchNorm\'s mode in a surface', () => {
  const coordinates = Float64Array.of(0, 0, 0.7, -0.4, -1, 0.9);

  it.each(['reference', 'cpu'] as const)('recalibrated: every point equals an evaluation with statistics taken by hand in float64 (%s)', async (device) => {
    const problem = problemOf('recalibrated', 'validation');
    const plane = makePlane(problem, { kind: 'random', seed: 4, normalization: 'filter', include: 'all', orthogonal: false });
    const evaluator = PlaneEvaluator.create(problem, plane, { device });
    const [a, b] = plane.directions as [Record<string, Float32Array>, Record<string, Float32Array>];
    const loss: number[] = [];
    for (let at = 0; at < 3; at += evaluator.population) loss.push(...(await evaluator.evaluate(coordinates.slice(2 * at, 2 * (at + evaluator.population))))['loss']!);
    await evaluator.dispose();
    loss.forEach((value, p) => {
      const weights = Object.fromEntries(Object.entries(problem.parameters).map(([name, { data: centre }]) => [name, Float64Array.from(centre, (w, i) => w + coordinates[2 * p]! * (a[name]?.[i] ?? 0) + coordinates[2 * p + 1]! * (b[name]?.[i] ?? 0))]));
      expect(Math.abs(value / recalibratedLoss(problem, weights) - 1)).toBeLessThan(device === 'reference' ? 1e-6 : 1e-4);
    });
    const centre = await evaluateCentre(problem, { device });
    expect(centre['loss']! / loss[0]!).toBeCloseTo(1, device === 'reference' ? 6 : 4);
    // The stored statistics say something else.
    expect(Math.abs((await evaluateCentre(problemOf('evaluation', 'validation'), { device }))['loss']! / loss[0]! - 1)).toBeGreaterThan(0.05);
  });

  it('takes as many training examples as the subset has, whatever is evaluated', () => {
    const rows = ({ calibration }: LandscapeProblem): number => calibration!.batches.reduce((sum, { x }) => sum + x.length / 2, 0);
    expect(rows(problemOf('recalibrated', 'validation'))).toBe(data.train.count);
    expect(rows(problemOf('recalibrated', 'validation', { count: 5, seed: 1 }))).toBe(5);
  });

  it('batch: padding is a batch\'s own examples, so its statistics stay what they are', () => {
    const { batches } = landscapeProblem(parts, data, tensors, { split: 'train', subset: null, batchNorm: 'batch', leastBatches: 8 });
    const sizes = batches.map(({ count }) => count);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBe(1);
    expect(sizes.reduce((a, b) => a + b, 0)).toBe(data.train.count);
    for (const { x, mask } of batches) {
      const rows = rowsOf(x as Float32Array, 2).map(String);
      rows.forEach((row, i) => expect(mask[i] === 1 || rows.indexOf(row) < i).toBe(true));
    }
  });

  it('finds the buffers that are running statistics; a network without is refused', () => {
    expect(statisticsOf(parts.model).sort()).toEqual(['layers.1.running_mean', 'layers.1.running_var', 'layers.4.running_mean', 'layers.4.running_var']);
    const plain = composeRun(small({ model: { use: 'mlp', widths: [4], norm: 'layer' }, data: specification.data, training: { epochs: 1, batchSize: 16 } }), data);
    expect(() => checkBatchNorm(plain.model, 'recalibrated')).toThrow('BatchNorm "recalibrated" was asked for, but this network has no BatchNorm.');
    expect(() => checkBatchNorm(plain.model, 'evaluation')).not.toThrow();
  });

  it('more examples than there are is refused with the number that there is', () => {
    expect(() => problemOf('evaluation', 'validation', { count: 5000, seed: 0 })).toThrow(new RegExp(`5000 examples were asked for; the validation part has ${data.validation!.count}\\.`));
  });

  it('weights that are not finite are refused with the tensor that holds them', () => {
    const broken = { ...tensors, 'layers.3.weight': { ...tensors['layers.3.weight']!, data: Float32Array.from(tensors['layers.3.weight']!.data as Float32Array, (value, i) => (i < 2 ? NaN : value)) } };
    const names = Object.keys(parts.model.parameters);
    expect(() => checkFinite(broken, names, 'checkpoint last')).toThrow('The weights of checkpoint last are no numbers: 2 of the 35 entries of layers.3.weight are NaN or infinite.');
    expect(() => checkFinite(tensors, names, 'checkpoint last')).not.toThrow();
  });
});
