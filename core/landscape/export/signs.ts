import { label, polyline, type Rectangle, segment, type Shape, textWidth } from '#core/figure';
import { type LegendKey, legendRows, type LegendSymbol } from '../legend';
import type { CriticalPoint } from '../topology';
import type { PictureStyle } from './chart';
import { colorTable, hexColor } from './colors';

const OUTLINE = '#111';

/** A way of training from a dark ring to a full dot, with smaller dots between. */
export function pathSign(at: readonly (readonly [number, number])[], color: string, unit: number): Shape[] {
  const d = polyline(at.flat());
  const dot = ([x, y]: readonly [number, number], radius: number, fill: string, stroke: string, strokeWidth: number): Shape =>
    ({ kind: 'circle', x, y, radius: radius * unit, fill, stroke, strokeWidth: strokeWidth * unit });
  return [
    { kind: 'path', d, stroke: OUTLINE, strokeOpacity: 0.85, strokeWidth: 5 * unit },
    { kind: 'path', d, stroke: color, strokeWidth: 2.4 * unit },
    ...at.slice(1, -1).map((point) => dot(point, 2.6, color, OUTLINE, 1)),
    dot(at[0]!, 6, OUTLINE, color, 2.4),
    dot(at.at(-1)!, 6, color, OUTLINE, 2.4),
  ];
}

/** A cross at the lowest point. */
export function lowestSign(x: number, y: number, unit: number): Shape[] {
  const arm = 8 * unit;
  const cross = (color: string, thickness: number): Shape[] => [segment(x - arm, y, x + arm, y, color, thickness * unit), segment(x, y - arm, x, y + arm, color, thickness * unit)];
  return [...cross(OUTLINE, 4.5), ...cross('#ffd34d', 2)];
}

/** Corners around a critical point, and its colour: told apart in grey, too. */
const criticalSigns: Readonly<Record<CriticalPoint['kind'], { readonly corners: readonly (readonly [number, number])[]; readonly fill: string }>> = {
  minimum: { corners: [[-1, -0.75], [1, -0.75], [0, 1]], fill: '#4fc3d1' },
  saddle: { corners: [[0, -1], [1, 0], [0, 1], [-1, 0]], fill: '#ffffff' },
  maximum: { corners: [[-1, 0.75], [1, 0.75], [0, -1]], fill: '#ff5a45' },
};

/** A triangle that points down for a valley and up for a hill, a diamond for a pass. */
export function criticalSign(kind: CriticalPoint['kind'], x: number, y: number, unit: number): Shape {
  const { corners, fill } = criticalSigns[kind];
  return { kind: 'path', d: `${polyline(corners.flatMap(([dx, dy]) => [x + 6.5 * unit * dx, y + 6.5 * unit * dy]))}Z`, fill, stroke: OUTLINE, strokeWidth: 1.6 * unit };
}

/** The sign of a key, around a place. A path's is the widest, and stands on the surface's colour: on paper a white dot would be a ring. */
function keySign(symbol: LegendSymbol, x: number, y: number, { palette, colorMap }: PictureStyle, unit: number): Shape[] {
  switch (symbol) {
    case 'path':
      return [{ kind: 'rectangle', left: x - 24 * unit, top: y - 9 * unit, width: 48 * unit, height: 18 * unit, fill: hexColor(colorTable(colorMap), 64) }, ...pathSign([[x - 15 * unit, y], [x, y], [x + 15 * unit, y]], '#fff', unit)];
    case 'lowest':
      return lowestSign(x, y, unit);
    case 'computed':
      return [{ kind: 'rectangle', left: x - 1.5 * unit, top: y - 1.5 * unit, width: 3 * unit, height: 3 * unit, fill: palette.text }];
    case 'minimum':
    case 'saddle':
    case 'maximum':
      return [criticalSign(symbol, x, y, unit)];
  }
}

/** Keys laid out in rows, ready to be drawn somewhere. */
export interface LaidKeys {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** @param box its upper left corner is where they begin */
  draw(box: Pick<Rectangle, 'left' | 'top'>, style: PictureStyle): Shape[];
}

/** A sign and what stands beside it. */
export interface DrawnKey {
  readonly text: string;
  /** Half of the sign's width, in pixels. */
  readonly half: number;
  /** @param x the sign's middle */
  draw(x: number, y: number, style: PictureStyle): Shape[];
}

/** Signs of a surface with their texts beside each other, in as many rows of the width `room` as they take. */
export const layKeys = (keys: readonly LegendKey[], room: number, unit: number): LaidKeys =>
  laySigns(keys.map(({ symbol, text }) => ({ text, half: (symbol === 'path' ? 24 : 9) * unit, draw: (x, y, style) => keySign(symbol, x, y, style, unit) })), room, unit);

/** Any signs with their texts beside each other, in as many rows of the width `room` as they take. */
export function laySigns(keys: readonly DrawnKey[], room: number, unit: number): LaidKeys {
  const [size, line, gap] = [13 * unit, 22 * unit, 26 * unit];
  const widths = keys.map(({ half, text }) => 2 * half + 7 * unit + textWidth(text, size));
  const places = legendRows(widths, room, gap);
  return {
    width: Math.max(0, ...places.map(({ left }, i) => left + widths[i]!)),
    height: places.length === 0 ? 0 : (places.at(-1)!.row + 1) * line,
    draw: ({ left, top }, style) =>
      keys.flatMap(({ half, text, draw }, i): Shape[] => {
        const [x, y] = [left + places[i]!.left, top + (places[i]!.row + 0.5) * line];
        return [...draw(x + half, y, style), label(text, x + 2 * half + 7 * unit, y + 0.35 * size, { size, color: style.palette.text })];
      }),
  };
}
