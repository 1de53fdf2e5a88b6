import { describe, expect, it } from 'vitest';
import { loadDataset } from '#core/data';
import { makePlane, PlaneEvaluator } from '#core/landscape';
import { composeRun } from '#core/runs';
import { Philox } from '#core/graph';
import type { StateTensor } from '#core/train';
import { landscapeProblem } from '../../../../core/runs/surfaces/problem';
import { small, temporaryHome } from '../samples';

temporaryHome();

async function runOf(generator: Record<string, unknown>, changes: Record<string, unknown> = {}) {
  const specification = small({ model: { use: 'mlp', widths: [8] }, data: { source: { generator } }, training: { epochs: 1, batchSize: 8 }, ...changes });
  const data = await loadDataset(specification.data);
  const parts = composeRun(specification, data);
  const tensors: Record<string, StateTensor> = Object.fromEntries(Object.entries(parts.model.parameters).map(([name, { shape }]) => [name, { shape: [...shape], data: new Philox(5, name).normals(shape.reduce((a, b) => a * b, 1)) }]));
  return { data, parts, tensors };
}

describe('loss and accuracy per class', () => {
  it('are means over the class, whose weighted mean is the total, at every point', async () => {
    const { data, parts, tensors } = await runOf({ use: 'spirals', arms: 3, count: 120, noise: 0.1 });
    const problem = landscapeProblem(parts, data, tensors, { split: 'train', subset: { count: 60, seed: 3 }, batchNorm: 'evaluation', perClass: true, leastBatches: 4 });
    const names = data.classNames!;
    expect(Object.keys(problem.examples!)).toEqual(names.flatMap((name) => [`loss/${name}`, `accuracy/${name}`]));
    const plane = makePlane(problem, { kind: 'random', seed: 1, normalization: 'filter', include: 'weights', orthogonal: false });
    const evaluator = PlaneEvaluator.create(problem, plane, { device: 'reference' });
    const values = await evaluator.evaluate(Float64Array.of(0, 0, 0.4, -0.7));
    await evaluator.dispose();
    for (const quantity of ['loss', 'accuracy']) {
      for (const p of [0, 1]) {
        const weighted = names.reduce((sum, name) => sum + values[`${quantity}/${name}`]![p]! * problem.examples![`${quantity}/${name}`]!, 0) / 60;
        expect(weighted).toBeCloseTo(values[quantity]![p]!, 12);
      }
      if (quantity === 'loss') expect(new Set(names.map((name) => values[`${quantity}/${name}`]![0])).size).toBe(names.length);
    }
  });

  it('a class without examples is left out; a task without classes is refused', async () => {
    const { data, parts, tensors } = await runOf({ use: 'spirals', arms: 3, count: 120, noise: 0.1 });
    const problem = landscapeProblem(parts, data, tensors, { split: 'train', subset: { count: 1, seed: 0 }, batchNorm: 'evaluation', perClass: true });
    expect(Object.keys(problem.examples!)).toHaveLength(2);
    const regression = await runOf({ use: 'sinusoid', count: 60 });
    expect(() => landscapeProblem(regression.parts, regression.data, regression.tensors, { split: 'train', subset: null, batchNorm: 'evaluation', perClass: true })).toThrow("this run's task is regression: it has no classes");
  });
});
