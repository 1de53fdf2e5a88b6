import { type Drawing, fitText, label, type Rectangle, type Shape, textWidth } from '#core/figure';
import { axes, type Palette, palettes } from '../../export/chart';
import { formatNumber } from '../../export/height';
import { pathTitle } from '../recipe';
import { barriersOf, type PathResult } from '../result';

/** Colours of the parts of the data, in their order; told apart by those who see no red or green. */
const colors = ['#2f6fde', '#d9822b', '#6b4fbb'];

/** What a picture of a path says above it: what it is, and how it was made. */
export function pathCaptions({ recipe, straight, distance }: PathResult): readonly [string, string] {
  const { training, band, subset, splits } = recipe;
  const how = [
    training ? `${training.epochs} epochs at ${training.learningRate}` : '',
    band ? `${band.pivots} pivots at first` : '',
    `${splits.join(' and ')}${subset === null ? '' : `, at most ${subset.count} examples of each`}`,
    recipe.batchNorm === 'recalibrated' ? 'BatchNorm recalibrated' : '',
    `length ${formatNumber(distance.at(-1)!)}, straight ${formatNumber(straight)}`,
  ];
  return [`${recipe.run.name}: ${pathTitle(recipe)}`, how.filter(Boolean).join(' · ')];
}

/** The values along a path, one panel a quantity, one curve a part of the data; the dashed line is the line between the ends. */
export function drawPath(result: PathResult, { theme = 'light', width = 1600, height = 1000 }: { theme?: 'light' | 'dark'; width?: number; height?: number } = {}): Drawing {
  const palette = palettes[theme];
  const unit = Math.min(width / 1200, height / 750);
  const { quantities, splits } = result.recipe;
  const [title, how] = pathCaptions(result);
  const [left, top, gap] = [96 * unit, 122 * unit, 110 * unit];
  const panel = (width - left - 44 * unit - gap * (quantities.length - 1)) / quantities.length;
  const room = width - left - 44 * unit;
  const barriers = barriersOf(result);
  let at = left;
  const legend = splits.flatMap((split, i): Shape[] => {
    const found = barriers[split]?.['loss'];
    const told = found && (found.aboveLine > 0 ? `loss barrier ${formatNumber(found.aboveLine)} at t = ${formatNumber(found.at, 3)}` : 'no loss barrier');
    const text = told === undefined ? split : `${split}: ${told}`;
    const shapes: Shape[] = [{ kind: 'circle', x: at + 5 * unit, y: 88 * unit, radius: 5 * unit, fill: colors[i % colors.length]! }, label(text, at + 16 * unit, 93 * unit, { size: 13.5 * unit, color: palette.text })];
    at += 40 * unit + textWidth(text, 13.5 * unit);
    return shapes;
  });
  return {
    width,
    height,
    background: palette.background,
    rasters: [],
    shapes: [
      label(fitText(title, 22 * unit, room), left, 40 * unit, { size: 22 * unit, color: palette.text }),
      label(fitText(how, 13.5 * unit, room), left, 66 * unit, { size: 13.5 * unit, color: palette.quiet }),
      ...legend,
      ...quantities.flatMap((quantity, i) => drawPanel(result, quantity, { left: left + i * (panel + gap), top, width: panel, height: height - top - 80 * unit }, palette, unit)),
    ],
  };
}

function drawPanel({ t, values, recipe: { splits } }: PathResult, quantity: string, frame: Rectangle, palette: Palette, unit: number): Shape[] {
  const curves = splits.map((split) => values[split]![quantity]!);
  const finite = curves.flatMap((curve) => Array.from(curve).filter(Number.isFinite));
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const margin = (high - low || Math.abs(high) || 1) * 0.06;
  const [from, to] = [low - margin, high + margin];
  const place = (x: number, value: number): string =>
    `${(frame.left + frame.width * x).toFixed(2)} ${(frame.top + frame.height * (1 - (value - from) / (to - from))).toFixed(2)}`;
  return [
    ...axes(frame, [0, 1], [from, to], ['t', quantity], palette, unit),
    ...curves.flatMap((curve, k): Shape[] => {
      const stroke = colors[k % colors.length]!;
      let [d, pen] = ['', 'M'];
      curve.forEach((value, i) => {
        if (Number.isFinite(value)) d += `${pen}${place(t[i]!, value)}`;
        pen = Number.isFinite(value) ? 'L' : 'M';
      });
      const [first, last] = [curve[0]!, curve.at(-1)!];
      const ends = Number.isFinite(first) && Number.isFinite(last);
      return [
        ...(ends ? dashes(first, last).map(([x0, y0, x1, y1]): Shape => ({ kind: 'path', d: `M${place(x0, y0)}L${place(x1, y1)}`, stroke, strokeWidth: unit, strokeOpacity: 0.6 })) : []),
        { kind: 'path', d, stroke, strokeWidth: 2.6 * unit },
      ];
    }),
  ];
}

/** A dashed line from (0, first) to (1, last), as its pieces. */
const dashes = (first: number, last: number, count = 40): [number, number, number, number][] =>
  Array.from({ length: count }, (_, i) => {
    const [x0, x1] = [i / count, (i + 0.55) / count];
    return [x0, first + (last - first) * x0, x1, first + (last - first) * x1];
  });
