import { planeTitle } from '../describe';
import type { Surface } from '../surface';
import { formatNumber, niceStep } from './height';
import { svgText } from './text';

export interface Palette {
  readonly background: string;
  readonly text: string;
  readonly quiet: string;
  readonly line: string;
  readonly hole: string;
}

export const palettes: Readonly<Record<'light' | 'dark', Palette>> = {
  light: { background: '#ffffff', text: '#1b1f24', quiet: '#626b76', line: '#aab2bd', hole: '#e8eaed' },
  dark: { background: '#14171c', text: '#e8eaed', quiet: '#9aa3ae', line: '#4a525d', hole: '#2a2f37' },
};

export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Round numbers inside `low..high`, about `count` of them. */
export function ticks(low: number, high: number, count: number): number[] {
  const step = niceStep(high - low, count);
  const found: number[] = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k++) found.push(k * step);
  return found;
}

/** Round values (1, 2, 5 times powers of ten; powers only over many decades) inside `low..high`, which are logarithms. */
export function logTicks(low: number, high: number): number[] {
  const span = high - low;
  if (span < 0.7) return ticks(10 ** low, 10 ** high, 6);
  const factors = span < 3 ? [1, 2, 5] : [1];
  const stride = Math.max(1, Math.ceil(span / 9));
  const found: number[] = [];
  for (let power = Math.floor(low); power <= high; power += stride) {
    for (const factor of factors) {
      const at = power + Math.log10(factor);
      if (at >= low - 1e-9 && at <= high + 1e-9) found.push(factor * 10 ** power);
    }
  }
  return found;
}

/** Frame, tick marks, tick labels and names of a plot's two axes. */
export function axes(frame: Rectangle, x: readonly [number, number], y: readonly [number, number], names: readonly [string, string], palette: Palette, unit: number): string {
  const { left, top, width, height } = frame;
  const parts = [`<rect x="${left}" y="${top}" width="${width}" height="${height}" fill="none" stroke="${palette.line}" stroke-width="${unit}"/>`];
  const label = { size: 13 * unit, color: palette.quiet };
  for (const tick of ticks(x[0], x[1], 6)) {
    const at = left + (width * (tick - x[0])) / (x[1] - x[0]);
    parts.push(segment(at, top + height, at, top + height + 6 * unit, palette.line, unit));
    parts.push(svgText(formatNumber(tick), at, top + height + 22 * unit, { ...label, anchor: 'middle' }));
  }
  for (const tick of ticks(y[0], y[1], 6)) {
    const at = top + height - (height * (tick - y[0])) / (y[1] - y[0]);
    parts.push(segment(left - 6 * unit, at, left, at, palette.line, unit));
    parts.push(svgText(formatNumber(tick), left - 11 * unit, at + 4.5 * unit, { ...label, anchor: 'end' }));
  }
  const name = { size: 14 * unit, color: palette.text, anchor: 'middle' as const };
  parts.push(svgText(names[0], left + width / 2, top + height + 48 * unit, name));
  parts.push(svgText(names[1], left - 62 * unit, top + height / 2, { ...name, rotate: -90 }));
  return parts.join('');
}

export const segment = (x0: number, y0: number, x1: number, y1: number, color: string, width: number): string =>
  `<line x1="${x0.toFixed(2)}" y1="${y0.toFixed(2)}" x2="${x1.toFixed(2)}" y2="${y1.toFixed(2)}" stroke="${color}" stroke-width="${width}"/>`;

/** One line that says what the picture shows, and one that says how it was made. */
export function captions({ recipe, centre }: Surface, quantity: string): readonly [string, string] {
  const { plane, run, split, subset, grid, batchNorm } = recipe;
  const name = run.name ?? run.id;
  const how = [
    planeTitle(plane),
    `${split}${subset === null ? '' : `, ${subset.count} examples (seed ${subset.seed})`}`,
    `${grid.x.count}×${grid.y.count}`,
    batchNorm === 'batch' ? 'batch statistics' : '',
    `centre ${formatNumber(centre[quantity] ?? NaN)}`,
  ];
  return [`${quantity} of ${name}`, how.filter(Boolean).join(' · ')];
}
