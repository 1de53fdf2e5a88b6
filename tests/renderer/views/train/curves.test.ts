import { expect, it } from 'vitest';
import { measureCharts, runCharts } from '../../../../renderer/views/train/curves';
import { GrowingColumns } from '../../../../renderer/views/train/growing-columns';

it('draws a chart for each quantity that was measured, by the names of the columns alone', () => {
  const steps = new GrowingColumns('step');
  steps.append({ step: Float64Array.of(1, 2), epoch: Float64Array.of(0.5, 1), loss: Float64Array.of(2, 1), anythingNew: Float64Array.of(3, 4) });
  const epochs = new GrowingColumns('epoch');
  epochs.append({
    epoch: Float64Array.of(1), step: Float64Array.of(2), 'train.loss': Float64Array.of(1.5), 'validation.loss': Float64Array.of(1.6),
    'train.my-metric': Float64Array.of(0.9), 'validation.my-metric': Float64Array.of(0.8),
  });
  const charts = runCharts(steps, epochs);
  expect(charts.map(({ title }) => title)).toEqual(['Loss', 'My metric', 'Anything new']);
  expect(charts[0]?.curves.map(({ name }) => name)).toEqual(['Each step', 'Training', 'Validation']);
  expect([...(charts[1]?.curves[1]?.y ?? [])]).toEqual([0.8]);
  expect([...(charts[2]?.curves[0]?.x ?? [])]).toEqual([1, 2]);
});

it('draws what was measured of the weights by its names: whiskers, the bound of stability, what has not converged', () => {
  const columnsOf = (columns: Record<string, number[]>): GrowingColumns => {
    const made = new GrowingColumns('step');
    made.append(Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, Float64Array.from(values)])));
    return made;
  };
  const none = [Number.NaN, Number.NaN];
  const charts = measureCharts(new Map([
    ['hessian-top', columnsOf({ step: [0, 50], value: [10, 21], residual: [0.5, 1], low: none, high: none, threshold: [20, 20], converged: [1, 0] })],
    ['hessian-top.2', columnsOf({ step: [0, 50], value: [5, 6], residual: [0.1, 0.2], low: none, high: none, threshold: none, converged: [1, 1] })],
    ['hessian-trace', columnsOf({ step: [0], value: [30], residual: [Number.NaN], low: [28], high: [33], threshold: [Number.NaN], converged: [Number.NaN] })],
    ['weight-norm', columnsOf({ step: [0], value: [3], residual: [Number.NaN], low: [Number.NaN], high: [Number.NaN], threshold: [Number.NaN], converged: [Number.NaN] })],
  ]));
  expect(charts.map(({ title, curves }) => [title, curves.map(({ name }) => name)])).toEqual([
    ['Hessian top', ['1', '2', 'Stable below']], ['Hessian trace', ['Measured']], ['Weight norm', ['Measured']],
  ]);
  const [top, trace, norm] = charts;
  expect([...(top?.curves[0]?.low ?? [])]).toEqual([9.5, 20]);
  expect([...(top?.curves[0]?.high ?? [])]).toEqual([10.5, 22]);
  expect([...(top?.curves[2]?.y ?? [])]).toEqual([20, 20]);
  expect(top?.note).toContain('1 figure has not converged.');
  expect([trace?.curves[0]?.low?.[0], trace?.curves[0]?.high?.[0]]).toEqual([28, 33]);
  expect(norm?.note).toBe('');
});
