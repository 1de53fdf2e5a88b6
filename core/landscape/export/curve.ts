import { label, type Rectangle, type Shape } from '#core/figure';
import { axisNames } from '../describe';
import type { Surface } from '../surface';
import { axes, captions, type PictureStyle } from './chart';
import type { Heights } from './height';
import { ends, type Picture } from './map';
import { drawComputed } from './points';

/** A one-dimensional surface as a curve. Holes break the line. */
export function drawCurve(surface: Surface, quantity: string, heights: Heights, style: PictureStyle, width: number, height: number): Picture {
  const unit = Math.min(width / 1200, height / 900);
  const frame: Rectangle = { left: 96 * unit, top: 92 * unit, width: width - 140 * unit, height: height - 172 * unit };
  const [title, how] = captions(surface, quantity, style.points);
  const { palette } = style;
  const shapes: Shape[] = [
    label(title, frame.left, 40 * unit, { size: 22 * unit, color: palette.text }),
    label(how, frame.left, 66 * unit, { size: 13.5 * unit, color: palette.quiet }),
    ...plotCurves([{ surface, heights, color: '#2f6fde' }], quantity, frame, style, unit),
  ];
  return { rasters: [], shapes };
}

/** The range of an axis of heights: with a margin, so that no curve lies upon the frame. */
export function heightRange(low: number, high: number): readonly [number, number] {
  const margin = (high - low || 1) * 0.06;
  return [low - margin, high + margin];
}

/** A line through the values, `d` as in SVG; holes break it. */
export function brokenLine(values: Float64Array, place: (index: number) => readonly [number, number]): string {
  let [d, pen] = ['', 'M'];
  values.forEach((value, index) => {
    if (!Number.isFinite(value)) {
      pen = 'M';
      return;
    }
    const [x, y] = place(index);
    d += `${pen}${x.toFixed(2)} ${y.toFixed(2)}`;
    pen = 'L';
  });
  return d;
}

/** One of several curves in the same axes. */
export interface PlottedCurve {
  readonly surface: Surface;
  readonly heights: Heights;
  readonly color: string;
}

/** Curves in one pair of axes, whose ranges hold them all. */
export function plotCurves(curves: readonly PlottedCurve[], quantity: string, frame: Rectangle, { palette, points }: PictureStyle, unit: number): Shape[] {
  const low = Math.min(...curves.map(({ heights }) => heights.low));
  const high = Math.max(...curves.map(({ heights }) => heights.high));
  const range = heightRange(low, high);
  const x0 = Math.min(...curves.map(({ surface }) => ends(surface.x)[0]));
  const x1 = Math.max(...curves.map(({ surface }) => ends(surface.x)[1]));
  const name = curves[0]!.heights.scale === 'log' ? `log10 ${quantity}` : quantity;
  return [
    ...axes(frame, [x0, x1], range, [axisNames(curves[0]!.surface)[0], name], palette, unit),
    ...curves.flatMap(({ surface, heights, color }): Shape[] => {
      const place = (index: number): readonly [number, number] => [
        frame.left + (frame.width * (surface.x[index]! - x0)) / (x1 - x0 || 1),
        frame.top + frame.height * (1 - (heights.heights[index]! - range[0]) / (range[1] - range[0])),
      ];
      return [{ kind: 'path', d: brokenLine(heights.heights, place), stroke: color, strokeWidth: 2.6 * unit }, ...(points ? drawComputed(surface, place, () => color, 7 * unit) : [])];
    }),
  ];
}
