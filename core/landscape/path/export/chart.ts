import { type Drawing, fitText, label, type Rectangle, segment, type Shape } from '#core/figure';
import { axes, type Palette } from '../../export/chart';
import { brokenLine, heightRange } from '../../export/curve';
import { formatNumber, type Heights, type HeightScale, toHeights } from '../../export/height';
import { styleOf } from '../../export/look';
import { type DrawnKey, laySigns, lowestSign } from '../../export/signs';
import { pathTitle } from '../recipe';
import { barriersOf, type PathResult } from '../result';

/** How a picture of a path is to look; what is left out: light, 1600 x 1000 pixels, linear. */
export interface PathLook {
  readonly theme?: 'light' | 'dark';
  /** Pixels. */
  readonly width?: number;
  readonly height?: number;
  /** Logarithmic, so that the ends of a path stay visible below its barrier; a quantity that reaches zero (an error) has no logarithm and stays linear. */
  readonly scale?: HeightScale;
}

/** Colours of the parts of the data, in their order; told apart by those who see no red or green. */
const inks = { light: ['#2f6fde', '#d9822b', '#6b4fbb'], dark: ['#6ea0ff', '#eba35a', '#a78bfa'] } as const;

/** What a picture of a path says above it: what it is, and how it was made. */
export function pathCaptions({ recipe, straight, distance }: PathResult): readonly [string, string] {
  const { training, band, subset, splits, quantities } = recipe;
  const how = [
    training ? `${training.epochs} epochs at ${training.learningRate}, batches of ${training.batchSize}` : '',
    band ? `${band.pivots} pivots at first` : '',
    `${splits.join(' and ')}${subset === null ? '' : `, at most ${subset.count} examples of each`}`,
    recipe.batchNorm === 'recalibrated' ? 'BatchNorm recalibrated' : '',
    `length ${formatNumber(distance.at(-1)!)}, straight ${formatNumber(straight)}`,
  ];
  return [`${quantities.join(' and ')} of ${recipe.run.name} along the ${pathTitle(recipe)}`, how.filter(Boolean).join(' · ')];
}

/** The values along a path, one panel a quantity, one curve a part of the data, with the barriers above the line between the ends and a legend of what is drawn. */
export function drawPath(result: PathResult, { theme = 'light', width = 1600, height = 1000, scale = 'linear' }: PathLook = {}): Drawing {
  const style = styleOf({ theme });
  const { palette } = style;
  const unit = Math.min(width / 1200, height / 750);
  const { quantities } = result.recipe;
  const [title, how] = pathCaptions(result);
  const [left, top, gap] = [96 * unit, 92 * unit, 110 * unit];
  const room = width - left - 44 * unit;
  const keys = laySigns(pathKeys(result, theme, unit), room, unit);
  const panel = (room - gap * (quantities.length - 1)) / quantities.length;
  const frame = { top, width: panel, height: height - 172 * unit - keys.height };
  return {
    width,
    height,
    background: palette.background,
    rasters: [],
    shapes: [
      label(fitText(title, 22 * unit, room), left, 40 * unit, { size: 22 * unit, color: palette.text }),
      label(fitText(how, 13.5 * unit, room), left, 66 * unit, { size: 13.5 * unit, color: palette.quiet }),
      ...quantities.flatMap((quantity, i) => drawPanel(result, quantity, scale, { ...frame, left: left + i * (panel + gap) }, theme, palette, unit)),
      ...keys.draw({ left, top: top + frame.height + 62 * unit }, style),
    ],
  };
}

const DASH = 7;

/** A dashed line between two places. */
function dashed([x0, y0]: readonly [number, number], [x1, y1]: readonly [number, number], stroke: string, unit: number): Shape {
  const length = Math.hypot(x1 - x0, y1 - y0);
  const at = (along: number): string => `${(x0 + ((x1 - x0) * along) / length).toFixed(2)} ${(y0 + ((y1 - y0) * along) / length).toFixed(2)}`;
  let d = '';
  for (let along = 0; along < length; along += 2 * DASH * unit) d += `M${at(along)}L${at(Math.min(length, along + DASH * unit))}`;
  return { kind: 'path', d, stroke, strokeWidth: 1.2 * unit };
}

/** The rise of a curve above the line between its ends, from one to the other. */
const barrierSign = (x: number, from: number, to: number, color: string, unit: number): Shape[] => [
  segment(x, from, x, to, color, 1.6 * unit),
  ...[from, to].map((y) => segment(x - 5 * unit, y, x + 5 * unit, y, color, 1.6 * unit)),
];

/** One key for each kind of sign that is drawn, with the barriers in figures. */
function pathKeys(result: PathResult, theme: 'light' | 'dark', unit: number): DrawnKey[] {
  const { recipe: { splits, quantities } } = result;
  const barriers = barriersOf(result);
  const rising = Object.values(barriers).some((found) => Object.values(found).some(({ aboveLine }) => aboveLine > 0));
  const lowest = lowestOf(result, quantities[0]!);
  return [
    ...splits.map((split, i): DrawnKey => {
      const told = quantities.flatMap((quantity) => {
        const found = barriers[split]?.[quantity];
        return found ? [found.aboveLine > 0 ? `${quantity} barrier ${formatNumber(found.aboveLine)} at t = ${formatNumber(found.at, 3)}` : `no ${quantity} barrier`] : [];
      });
      return { text: [split, told.join(', ')].filter(Boolean).join(': '), half: 15 * unit, draw: (x, y) => [segment(x - 15 * unit, y, x + 15 * unit, y, inkOf(theme, i), 2.6 * unit)] };
    }),
    { text: 'straight between the values at both ends', half: 15 * unit, draw: (x, y, { palette }) => [dashed([x - 15 * unit, y], [x + 15 * unit, y], palette.text, unit)] },
    ...(rising ? [{ text: 'barrier, above that line', half: 9 * unit, draw: (x, y, { palette }) => barrierSign(x, y + 8 * unit, y - 8 * unit, palette.text, unit) } satisfies DrawnKey] : []),
    ...(lowest ? [{ text: `lowest ${splits[0]} ${quantities[0]}, ${formatNumber(lowest.value)} at t = ${formatNumber(result.t[lowest.index]!, 3)}`, half: 9 * unit, draw: (x, y) => lowestSign(x, y, unit) } satisfies DrawnKey] : []),
  ];
}

const inkOf = (theme: 'light' | 'dark', part: number): string => inks[theme][part % inks[theme].length]!;

/** Where a quantity is lowest on the first part of the data. */
function lowestOf({ values, recipe: { splits } }: PathResult, quantity: string): { index: number; value: number } | undefined {
  return values[splits[0]!]![quantity]!.reduce<{ index: number; value: number } | undefined>((best, value, index) => (Number.isFinite(value) && (best === undefined || value < best.value) ? { index, value } : best), undefined);
}

function drawPanel(result: PathResult, quantity: string, scale: HeightScale, frame: Rectangle, theme: 'light' | 'dark', palette: Palette, unit: number): Shape[] {
  const { t, values, recipe: { splits, quantities } } = result;
  const curves = splits.map((split) => values[split]![quantity]!);
  // What is left linear says so by its axis.
  const known = curves.flatMap((curve) => Array.from(curve).filter(Number.isFinite));
  const shown = scale === 'log' && known.length > 0 && known.every((value) => value > 0) ? 'log' : 'linear';
  const drawn = curves.map((curve) => toHeights(curve, shown, curves));
  const some = drawn.find((heights) => heights !== undefined);
  const range = some ? heightRange(some.low, some.high) : ([0, 1] as const);
  const place = (heights: Heights['heights'], index: number): readonly [number, number] => [
    frame.left + frame.width * t[index]!,
    frame.top + frame.height * (1 - (heights[index]! - range[0]) / (range[1] - range[0])),
  ];
  const barriers = barriersOf(result);
  const lowest = quantity === quantities[0] ? lowestOf(result, quantity) : undefined;
  return [
    ...axes(frame, [0, 1], range, ['place on the path, t', shown === 'log' ? `log10 ${quantity}` : quantity], palette, unit),
    ...(some ? [] : [label('no finite value', frame.left + frame.width / 2, frame.top + frame.height / 2, { size: 14 * unit, color: palette.quiet, anchor: 'middle' })]),
    ...drawn.flatMap((heights, part): Shape[] => {
      if (heights === undefined) return [];
      const color = inkOf(theme, part);
      const [first, last] = [curves[part]![0]!, curves[part]!.at(-1)!];
      const chord = Number.isFinite(first) && Number.isFinite(last) ? toHeights(Float64Array.from(t, (x) => (1 - x) * first + x * last), shown, curves)!.heights : undefined;
      const found = barriers[splits[part]!]?.[quantity];
      const at = found && found.aboveLine > 0 && Number.isFinite(found.aboveLine) ? t.indexOf(found.at) : -1;
      const line: Shape = { kind: 'path', d: brokenLine(heights.heights, (index) => place(heights.heights, index)), stroke: color, strokeWidth: 2.6 * unit };
      if (chord === undefined) return [line];
      const between = Array.from({ length: t.length - 1 }, (_, i) => [place(chord, i), place(chord, i + 1)] as const);
      return [
        // On a linear scale the chord is one line; on a logarithmic one it bends, and is dashed piece by piece.
        ...(shown === 'linear' ? [dashed(place(chord, 0), place(chord, t.length - 1), color, unit)] : between.filter((_, i) => i % 2 === 0).map(([from, to]) => segment(...from, ...to, color, 1.2 * unit))),
        line,
        ...(at >= 0 ? barrierSign(place(chord, at)[0] + 3.5 * unit * (2 * part - splits.length + 1), place(chord, at)[1], place(heights.heights, at)[1], color, unit) : []),
      ];
    }),
    ...(lowest && drawn[0] ? lowestSign(...place(drawn[0].heights, lowest.index), unit) : []),
  ];
}
