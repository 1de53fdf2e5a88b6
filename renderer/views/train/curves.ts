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

/** What a chart of a measure says besides its curves. */
export interface MeasureChart extends RunChart {
  /** what to know of the bound that is drawn, and of figures that are not sure */
  note: string;
}

/**
 * A chart for each thing that was measured of the weights: its figures with what they are known to (an eigenvalue's residual, an estimate's
 * interval), and the bound up to which the optimizer is stable, where the run has recorded one.
 */
export function measureCharts(measures: ReadonlyMap<string, GrowingColumns>, titleOf: (measure: string) => string = words): MeasureChart[] {
  const families = [...new Set([...measures.keys()].map((name) => name.replace(/\.\d+$/, '')))];
  return families.map((family) => {
    const own = [...measures].filter(([name]) => name === family || name.startsWith(`${family}.`));
    const curves = own.map(([name, columns], place): Curve => {
      const value = columns.get('value');
      const residual = columns.get('residual');
      const spread = (end: 'low' | 'high', sign: number): Float64Array =>
        columns.get(end).map((bound, i) => (Number.isNaN(bound) ? (value[i] ?? Number.NaN) + sign * (residual[i] ?? Number.NaN) : bound));
      return {
        name: own.length === 1 ? 'Measured' : name === family ? '1' : name.slice(family.length + 1),
        x: columns.get('step'), y: value, low: spread('low', -1), high: spread('high', 1),
        token: `--series-${1 + (place % 6)}`, points: columns.length <= 60,
      };
    });
    const first = measures.get(family);
    const threshold = first?.get('threshold') ?? new Float64Array(0);
    const bounded = threshold.some((value) => Number.isFinite(value));
    const unsure = own.reduce((sum, [, columns]) => sum + columns.get('converged').filter((value) => value === 0).length, 0);
    const bound: Curve[] = bounded && first ? [{ name: 'Stable below', x: first.get('step'), y: threshold, token: '--series-5', dashed: true, thin: true }] : [];
    const known = curves.some(({ low }) => low?.some((value) => Number.isFinite(value)) === true);
    const note = [
      ...(bounded ? ['Above the dashed line (2 / learning rate for gradient descent) steps are unstable.'] : []),
      ...(unsure > 0 ? [`${unsure} ${unsure === 1 ? 'figure has' : 'figures have'} not converged.`] : []),
      ...(known ? ['Whiskers: residual or 95 % interval.'] : []),
    ].join(' ');
    return { key: `measure.${family}`, title: titleOf(family), log: false, curves: [...curves, ...bound], note };
  });
}
