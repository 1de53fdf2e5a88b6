import { contourStyle, inkOn, type Isoline, nameLines, ticks } from '#host-client';
import type { ScenePalette } from './colors';
import type { CriticalMark, PointerReading, SurfaceData } from './data';
import { type HeightField, lowestIndex } from './heights';
import { dot } from './legend';
import { FONT, write } from './letters';
import type { MapPlace } from './map-place';
import { colorOf, pathsOf } from './path-marks';
import { formatNumber } from './number';

/** What a map is drawn on. */
export interface MapGround {
  readonly context: CanvasRenderingContext2D;
  readonly data: SurfaceData;
  readonly place: MapPlace;
  readonly palette: ScenePalette;
}

/** Contour lines, in grid units of the field that they were found in. */
export function drawContours({ context, place }: MapGround, lines: readonly Isoline[], of: HeightField): void {
  context.save();
  for (const { level, points } of lines) {
    const { color, opacity, width } = contourStyle(of, level);
    context.strokeStyle = color;
    context.globalAlpha = opacity;
    context.lineWidth = width;
    context.beginPath();
    for (let i = 0; i < points.length; i += 2) {
      const [x, y] = [place.left + (place.width * points[i]!) / (of.columns - 1), place.top + place.height * (1 - points[i + 1]! / (of.rows - 1))];
      if (i === 0) context.moveTo(x, y);
      else context.lineTo(x, y);
    }
    context.stroke();
  }
  context.restore();
}

/** The points that are computed, where others are interpolated: no larger than leaves ground between those of neighbouring grid lines. */
export function drawComputed({ context, data: { x, y }, place, palette }: MapGround, field: HeightField): void {
  const side = Math.min(2, 0.5 * Math.min(place.width / (x.length - 1), place.height / (y.length - 1)));
  field.known.forEach((computed, i) => {
    if (computed === 0) return;
    const height = field.heights[i]!;
    context.fillStyle = Number.isFinite(height) ? inkOn(field, height) : palette.text;
    context.fillRect(place.u(x[i % field.columns]!) - side / 2, place.v(y[Math.floor(i / field.columns)]!) - side / 2, side, side);
  });
}

/** Paths of training; of several the own one comes last, over the others. */
export function drawPaths({ context, data, place, palette }: MapGround): void {
  const paths = pathsOf(data);
  for (const [i, { points }] of [...paths.entries()].toReversed()) drawPath(context, points, place, colorOf(i, paths.length, palette), palette);
}

function drawPath(context: CanvasRenderingContext2D, points: Float64Array, { u, v }: MapPlace, color: string, palette: ScenePalette): void {
  const places = Array.from({ length: points.length / 2 }, (_, i) => [u(points[2 * i]!), v(points[2 * i + 1]!)] as const);
  const [first, last] = [places[0], places.at(-1)];
  if (!first || !last) return;
  context.lineJoin = 'round';
  for (const [stroke, width] of [[palette.halo, 5], [color, 2.4]] as const) {
    context.strokeStyle = stroke;
    context.lineWidth = width;
    context.beginPath();
    places.forEach(([x, y], i) => (i === 0 ? context.moveTo(x, y) : context.lineTo(x, y)));
    context.stroke();
  }
  for (const [x, y] of places.slice(1, -1)) dot(context, x, y, 2.2, color);
  dot(context, ...first, 5, palette.halo, color);
  dot(context, ...last, 5, color, palette.halo);
}

export function drawAxes({ context, data, place, palette }: MapGround): void {
  const [bottom, middle] = [place.top + place.height, place.left + place.width / 2];
  context.strokeStyle = palette.box;
  context.lineWidth = 1;
  context.strokeRect(place.left, place.top, place.width, place.height);
  context.font = `400 11.5px ${FONT}`;
  context.fillStyle = palette.quiet;
  context.textAlign = 'center';
  for (const tick of ticks(data.x[0]!, data.x.at(-1)!, 6)) {
    line(context, place.u(tick), bottom, place.u(tick), bottom + 5);
    context.fillText(formatNumber(tick), place.u(tick), bottom + 19);
  }
  context.textAlign = 'right';
  for (const tick of ticks(data.y[0]!, data.y.at(-1)!, 6)) {
    line(context, place.left - 5, place.v(tick), place.left, place.v(tick));
    context.fillText(formatNumber(tick), place.left - 9, place.v(tick) + 4);
  }
  context.textAlign = 'center';
  context.font = `500 13px ${FONT}`;
  context.fillStyle = palette.text;
  context.fillText(data.axes[0], middle, bottom + 42);
  context.save();
  context.translate(place.left - 54, place.top + place.height / 2);
  context.rotate(-Math.PI / 2);
  const lines = nameLines(data.axes[1], (part) => context.measureText(part).width, place.height);
  lines.forEach((line, i) => context.fillText(line, 0, -15 * (lines.length - 1 - i)));
  context.restore();
}

/** Pixels that a text may reach beyond the map: less than lie between it and the colour bar. */
const OVER = 8;

/**
 * Valleys, passes and hills, other weights by their names, and the lowest point.
 *
 * @param named whether the lowest value is written beside its point
 */
export function drawMarks({ context, data, place, palette }: MapGround, marks: readonly CriticalMark[], values: Float64Array, named: boolean): void {
  const { u, v } = place;
  const right = place.left + place.width;
  const colors = { minimum: palette.accent, saddle: palette.text, maximum: palette.path };
  for (const { kind, x, y } of marks) dot(context, u(x), v(y), 4.5, colors[kind], palette.halo);
  for (const { name, x, y } of data.anchors ?? []) {
    if (x < data.x[0]! || x > data.x.at(-1)! || y < data.y[0]! || y > data.y.at(-1)!) continue;
    dot(context, u(x), v(y), 5, palette.path, palette.halo);
    note(context, name, u(x), v(y), palette, right);
  }
  const lowest = lowestIndex(values);
  if (lowest < 0) return;
  const [x, y] = [u(data.x[lowest % data.x.length]!), v(data.y[Math.floor(lowest / data.x.length)]!)];
  dot(context, x, y, 5, palette.accent, palette.halo);
  if (named) note(context, `min ${formatNumber(values[lowest]!)}`, x, y, palette, right);
}

/** The value under the pointer, and two lines across the map. */
export function drawPointer({ context, place, palette }: MapGround, reading: PointerReading): void {
  const [x, y] = [place.u(reading.x), place.v(reading.y)];
  const right = place.left + place.width;
  // Seen on every colour: dark upon light.
  for (const [color, width] of [[palette.halo, 2.6], [palette.text, 1.1]] as const) {
    context.strokeStyle = color;
    context.lineWidth = width;
    line(context, place.left, y, right, y);
    line(context, x, place.top, x, place.top + place.height);
  }
  dot(context, x, y, 4, palette.text, palette.halo);
  note(context, `${formatNumber(reading.value)}  at  ${formatNumber(reading.x, 3)}, ${formatNumber(reading.y, 3)}`, x, y, palette, right);
}

function line(context: CanvasRenderingContext2D, x0: number, y0: number, x1: number, y1: number): void {
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  context.stroke();
}

/**
 * A text beside a point, on the left of it where it would end beyond `right`: there lies the colour bar.
 *
 * @param right edge of the map, in pixels
 */
function note(context: CanvasRenderingContext2D, text: string, x: number, y: number, palette: ScenePalette, right: number): void {
  context.font = `500 12px ${FONT}`;
  context.fillStyle = palette.text;
  const left = x + 11 + context.measureText(text).width > right + OVER;
  context.textAlign = left ? 'right' : 'left';
  write(context, text, x + (left ? -11 : 11), y - 11, palette, 1);
}
