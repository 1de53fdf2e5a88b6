import { type LegendKey, legendKeys, legendRows } from '#host-client';
import type { ScenePalette } from './colors';
import type { CriticalMark, SurfaceData, SurfaceLook } from './data';
import { FONT, write } from './letters';
import { colorOf, type PathKey, pathKeys, pathsOf } from './path-marks';

/** What is drawn upon a surface, in words. */
export interface Legend {
  /** Whose path has which colour, where there are several. */
  readonly paths: readonly PathKey[];
  /** What each sign is. */
  readonly keys: readonly LegendKey[];
  /** Of a single path. */
  readonly pathColor: string;
}

/** What is drawn upon these data. The lowest point and other weights are named where they lie. */
export function legendOf(data: SurfaceData, look: SurfaceLook, marks: readonly CriticalMark[], palette: ScenePalette): Legend {
  const count = look.path ? pathsOf(data).length : 0;
  return {
    paths: look.path ? pathKeys(data) : [],
    keys: legendKeys({ paths: count, between: data.between === true, marks, computed: look.points && data.chosen === true }),
    pathColor: count > 1 ? palette.text : colorOf(0, count, palette),
  };
}

const LEFT = 24;
/** Room at the right for the colour bar. */
const RIGHT = 96;
/** CSS pixels a row. */
const ROW = 19;
const GAP = 22;
/** Half the width of a sign. */
const half = ({ symbol }: LegendKey): number => (symbol === 'path' ? 17 : 6);

function rowsOf(context: CanvasRenderingContext2D, keys: readonly LegendKey[], width: number, unit: number): ReturnType<typeof legendRows> {
  context.font = `500 ${12 * unit}px ${FONT}`;
  return legendRows(keys.map((key) => 2 * half(key) + 7 + context.measureText(key.text).width / unit), width - LEFT - RIGHT, GAP);
}

/** How high a legend is in a picture that is so wide, in CSS pixels. */
export const legendHeight = (context: CanvasRenderingContext2D, { paths, keys }: Legend, width: number): number => ROW * (paths.length + (keys.length === 0 ? 0 : rowsOf(context, keys, width, 1).at(-1)!.row + 1));

/**
 * Lines and signs with their words, at the upper left.
 *
 * @param width of the picture, in pixels
 * @param unit pixels a CSS pixel
 */
export function drawLegend(context: CanvasRenderingContext2D, { paths, keys, pathColor }: Legend, palette: ScenePalette, width: number, top: number, unit: number): void {
  const rows = rowsOf(context, keys, width / unit, unit);
  context.save();
  context.translate(0, top);
  context.scale(unit, unit);
  context.textBaseline = 'middle';
  context.textAlign = 'left';
  context.lineCap = 'round';
  context.font = `500 12px ${FONT}`;
  paths.forEach(({ color, text }, i) => {
    // An outline keeps light colours visible.
    stroke(context, LEFT, LEFT + 24, i * ROW, color, '#111');
    context.fillStyle = palette.text;
    write(context, text, LEFT + 33, i * ROW, palette, 1);
  });
  keys.forEach((key, i) => {
    const { row, left } = rows[i]!;
    const [x, y] = [LEFT + left + half(key), (paths.length + row) * ROW];
    sign(context, key, x, y, palette, pathColor);
    context.fillStyle = palette.text;
    write(context, key.text, x + half(key) + 7, y, palette, 1);
  });
  context.restore();
}

function sign(context: CanvasRenderingContext2D, { symbol }: LegendKey, x: number, y: number, palette: ScenePalette, pathColor: string): void {
  switch (symbol) {
    case 'path':
      stroke(context, x - 12, x + 12, y, pathColor, palette.halo);
      dot(context, x - 12, y, 4.5, palette.halo, pathColor);
      dot(context, x + 12, y, 4.5, pathColor, palette.halo);
      return;
    case 'computed':
      context.fillStyle = palette.text;
      context.fillRect(x - 1.5, y - 1.5, 3, 3);
      return;
    default:
      dot(context, x, y, 4.5, { minimum: palette.accent, lowest: palette.accent, saddle: palette.text, maximum: palette.path }[symbol], palette.halo);
  }
}

function stroke(context: CanvasRenderingContext2D, from: number, to: number, y: number, color: string, outline: string): void {
  for (const [style, width] of [[outline, 6], [color, 3.5]] as const) {
    context.beginPath();
    context.moveTo(from, y);
    context.lineTo(to, y);
    context.strokeStyle = style;
    context.lineWidth = width;
    context.stroke();
  }
}

/** A filled circle with an outline. */
export function dot(context: CanvasRenderingContext2D, x: number, y: number, radius: number, fill: string, halo?: string): void {
  context.fillStyle = fill;
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
  if (halo === undefined) return;
  context.strokeStyle = halo;
  context.lineWidth = 2;
  context.stroke();
}
