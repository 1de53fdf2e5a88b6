import type { CurvatureFigures } from '#host-client';
import { formatNumber } from '../../components/number-format';
import { eigenvalueText } from './eigenvalue-text';
import type { Report } from './curvature.svelte';

/** A figure that is followed over time. */
export interface Followed {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** with its residual or error */
  readonly text: string;
}

export type Quantity = 'largest' | 'smallest' | 'trace' | 'frobenius';

export const quantityTitles: Readonly<Record<Quantity, string>> = { largest: 'Largest eigenvalue', smallest: 'Smallest eigenvalue', trace: 'Trace', frobenius: 'Frobenius norm' };

export function followed(figures: CurvatureFigures | null | undefined, quantity: Quantity): Followed | undefined {
  const pair = quantity === 'largest' ? figures?.eigenvalues?.largest[0] : quantity === 'smallest' ? figures?.eigenvalues?.smallest[0] : undefined;
  if (pair) return { value: pair.value, low: pair.interval[0], high: pair.interval[1], text: `${eigenvalueText(pair)}${pair.converged ? '' : ', not converged'}` };
  const estimate = quantity === 'trace' ? figures?.trace : quantity === 'frobenius' ? figures?.frobeniusNorm : undefined;
  return estimate && { value: estimate.value, low: estimate.interval[0], high: estimate.interval[1], text: `${formatNumber(estimate.value)} ± ${formatNumber(estimate.standardError, 2)}` };
}

/** What a report follows over time. */
export const quantitiesOf = ({ points }: Report): Quantity[] =>
  (Object.keys(quantityTitles) as Quantity[]).filter((quantity) => points.some(({ figures, layers }) => [figures, ...Object.values(layers)].some((each) => followed(each, quantity))));

/** A cell of the heat map: a layer at a moment. */
export interface Cell {
  readonly row: number;
  readonly column: number;
  readonly layer: string;
  readonly step: number;
  readonly found: Followed | undefined;
  /** its place on the colours' logarithmic scale, 0 to 1; absent where there is no positive size */
  readonly shade: number | undefined;
}

export interface HeatMap {
  readonly layers: readonly string[];
  readonly steps: readonly number[];
  readonly cells: readonly Cell[];
  /** sizes at the two ends of the colours */
  readonly range: readonly [number, number];
}

/** Layers by moments, coloured by the logarithm of the figure's size. */
export function heatMap({ head, points }: Report, quantity: Quantity): HeatMap {
  const layers = [...new Set(points.flatMap((point) => Object.keys(point.layers)))];
  const steps = head.path?.map(({ step }) => step) ?? points.map(({ step }) => step);
  const at = (layer: string, step: number): Followed | undefined => followed(points.find((point) => point.step === step)?.layers[layer], quantity);
  const sizes = layers.flatMap((layer) => steps.map((step) => Math.abs(at(layer, step)?.value ?? 0))).filter((size) => size > 0 && Number.isFinite(size));
  const range = [Math.min(...sizes), Math.max(...sizes)] as const;
  const shadeOf = (size: number): number | undefined => (size > 0 && Number.isFinite(size) ? (range[1] > range[0] ? Math.log(size / range[0]) / Math.log(range[1] / range[0]) : 1) : undefined);
  const cells = layers.flatMap((layer, row) =>
    steps.map((step, column): Cell => {
      const found = at(layer, step);
      return { row, column, layer, step, found, shade: found && shadeOf(Math.abs(found.value)) };
    }),
  );
  return { layers, steps, cells, range };
}
