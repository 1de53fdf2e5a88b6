import type { Curve } from '../../charts/LineChart.svelte';
import { words } from '../../components/schema/read-schema';
import type { GrowingColumns } from './growing-columns';

/** A chart of a run: one quantity on the training and validation parts. */
export interface RunChart {
  key: string;
  title: string;
  curves: Curve[];
  /** the scale that suits it until another is chosen */
  log: boolean;
}

const parts = [
  { prefix: 'train.', name: 'Training', token: '--series-1' },
  { prefix: 'validation.', name: 'Validation', token: '--series-2' },
  { prefix: 'test.', name: 'Test', token: '--series-3' },
];

/** The columns that place a row rather than measure something. */
const places = new Set(['step', 'epoch', 'loss', 'examplesPerSecond']);

/**
 * The charts of what a run has measured: the loss, then each metric, then what is measured at every step (learning rate,
 * gradient norm). They follow from the columns' names; no quantity is known here.
 *
 * @param titleOf the name people read of a metric
 */
export function runCharts(steps: GrowingColumns, epochs: GrowingColumns, titleOf: (quantity: string) => string = words): RunChart[] {
  const quantities = [...new Set(epochs.names.flatMap((name) => quantityOf(name)))];
  const losses = quantities.filter((name) => name === 'loss');
  const metrics = quantities.filter((name) => name !== 'loss');
  const loss: RunChart = {
    key: 'loss',
    title: 'Loss',
    log: false,
    curves: [
      { name: 'Each step', x: steps.get('step'), y: steps.get('loss'), token: '--series-6', faint: true },
      ...losses.flatMap((name) => partCurves(epochs, name)),
    ],
  };
  const charts = metrics.map((name): RunChart => ({ key: name, title: titleOf(name), log: false, curves: partCurves(epochs, name) }));
  const stepwise = steps.names
    .filter((name) => !places.has(name))
    .map((name): RunChart => ({
      key: `step.${name}`,
      title: words(name),
      log: false,
      curves: [{ name: words(name), x: steps.get('step'), y: steps.get(name), token: '--series-3', thin: true }],
    }));
  return [loss, ...charts, ...stepwise];
}

function quantityOf(column: string): string[] {
  return parts.filter(({ prefix }) => column.startsWith(prefix)).map(({ prefix }) => column.slice(prefix.length));
}

function partCurves(epochs: GrowingColumns, quantity: string): Curve[] {
  return parts
    .filter(({ prefix }) => epochs.names.includes(prefix + quantity))
    .map(({ prefix, name, token }) => ({
      name,
      x: epochs.get('step'),
      y: epochs.get(prefix + quantity),
      token,
      dashed: prefix === 'validation.',
      points: epochs.length <= 40,
    }));
}
