import { label, type Rectangle, segment, type Shape, textWidth } from '#core/figure';
import { ticks } from '../contours';
import { planeTitle, pointsTitle, surfaceTitle } from '../describe';
import { nameLines } from '../legend';
import type { Surface } from '../surface';
import type { ColorMapName } from './colors';
import { formatNumber } from './height';

export interface Palette {
  readonly background: string;
  readonly text: string;
  readonly quiet: string;
  readonly line: string;
  readonly hole: string;
}

/** How pictures from above and curves are drawn. */
export interface PictureStyle {
  readonly palette: Palette;
  readonly colorMap: ColorMapName;
  /** Dots at the points that were computed, where others are interpolated. */
  readonly points: boolean;
  readonly contours: boolean;
  /** Paths of training. */
  readonly path: boolean;
  /** Valleys, passes and hills deeper than this share of the height are marked; `undefined`: none. */
  readonly valleys: number | undefined;
}

export const palettes: Readonly<Record<'light' | 'dark', Palette>> = {
  light: { background: '#ffffff', text: '#1b1f24', quiet: '#626b76', line: '#aab2bd', hole: '#e8eaed' },
  dark: { background: '#14171c', text: '#e8eaed', quiet: '#9aa3ae', line: '#4a525d', hole: '#2a2f37' },
};

/** Frame, tick marks, tick labels and names of a plot's two axes. */
export function axes(frame: Rectangle, x: readonly [number, number], y: readonly [number, number], names: readonly [string, string], palette: Palette, unit: number): Shape[] {
  const { left, top, height } = frame;
  const shapes: Shape[] = [{ kind: 'rectangle', ...frame, stroke: palette.line, strokeWidth: unit }, ...axisBelow(frame, x, names[0], palette, unit)];
  const style = { size: 13 * unit, color: palette.quiet };
  for (const tick of ticks(y[0], y[1], Math.min(6, Math.floor(height / (40 * unit))))) {
    const at = top + height - (height * (tick - y[0])) / (y[1] - y[0]);
    shapes.push(segment(left - 6 * unit, at, left, at, palette.line, unit));
    shapes.push(label(formatNumber(tick), left - 11 * unit, at + 4.5 * unit, { ...style, anchor: 'end' }));
  }
  const lines = nameLines(names[1], (text) => textWidth(text, 14 * unit), height);
  shapes.push(...lines.map((line, i) => label(line, left - (lines.length === 1 ? 62 : i === 0 ? 73 : 57) * unit, top + height / 2, { size: 14 * unit, color: palette.text, anchor: 'middle', rotate: -90 })));
  return shapes;
}

/** Tick marks, tick labels and name of the axis below a plot. */
export function axisBelow({ left, top, width, height }: Rectangle, [low, high]: readonly [number, number], name: string, palette: Palette, unit: number): Shape[] {
  const marks = ticks(low, high, Math.min(6, Math.floor(width / (70 * unit)))).flatMap((tick) => {
    const at = left + (width * (tick - low)) / (high - low);
    return [
      segment(at, top + height, at, top + height + 6 * unit, palette.line, unit),
      label(formatNumber(tick), at, top + height + 22 * unit, { size: 13 * unit, color: palette.quiet, anchor: 'middle' }),
    ];
  });
  return [...marks, label(name, left + width / 2, top + height + 48 * unit, { size: 14 * unit, color: palette.text, anchor: 'middle' })];
}

/**
 * One line that says what the picture shows, and one that says how it was made.
 *
 * @param dots the points that were computed are drawn, where others are interpolated
 */
export function captions({ recipe, centre }: Pick<Surface, 'recipe' | 'centre'>, quantity: string, dots = false): readonly [string, string] {
  const { plane, split, subset, batchNorm } = recipe;
  const how = [
    planeTitle(plane),
    `${split}${subset === null ? '' : `, ${subset.count} examples (seed ${subset.seed})`}`,
    pointsTitle(recipe, dots),
    { evaluation: '', batch: 'batch statistics', recalibrated: 'statistics recalibrated' }[batchNorm],
    `centre ${formatNumber(centre[quantity] ?? NaN)}`,
  ];
  return [`${quantity} of ${surfaceTitle({ recipe })}`, how.filter(Boolean).join(' · ')];
}
