import { expect, it } from 'vitest';
import { runCharts } from '../../../../renderer/views/train/curves';
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
