import { logTicks, nameLines, ticks } from '#host-client';
import { type Camera, Vector3 } from 'three';
import type { SceneLabel } from './box';
import type { ScenePalette } from './colors';
import { drawLegend, type Legend } from './legend';
import { FONT, write } from './letters';
import { formatNumber } from './number';
import type { HeightScale } from './data';

/** What is written over the picture, on screen and in saved pictures alike. */
export interface Overlay {
  readonly labels: readonly SceneLabel[];
  /** Texts beside a point of the scene. */
  readonly notes: readonly { readonly text: string; readonly at: readonly [number, number, number] }[];
  readonly colorBar?: { readonly table: Uint8Array; readonly low: number; readonly high: number; readonly scale: HeightScale; readonly title: string; readonly marks?: readonly number[] };
  /** What is drawn upon the surface. */
  readonly legend?: Legend;
  readonly caption?: { readonly title: string; readonly subtitle: string };
}

/** Draws texts and the colour bar. `unit` is pixels a CSS pixel. */
export function drawOverlay(context: CanvasRenderingContext2D, overlay: Overlay, camera: Camera, palette: ScenePalette, width: number, height: number, unit: number): void {
  context.save();
  context.textBaseline = 'middle';
  const place = (point: readonly [number, number, number]): readonly [number, number] => {
    const { x, y } = new Vector3(...point).project(camera);
    return [((x + 1) / 2) * width, ((1 - y) / 2) * height];
  };
  for (const { text, at, from, kind } of overlay.labels) {
    const [x, y] = place(at);
    const [fx, fy] = place(from);
    const length = Math.hypot(x - fx, y - fy) || 1;
    const [dx, dy] = [(x - fx) / length, (y - fy) / length];
    context.font = `${kind === 'name' ? 500 : 400} ${(kind === 'name' ? 13 : 11.5) * unit}px ${FONT}`;
    context.fillStyle = kind === 'name' ? palette.text : palette.quiet;
    // A long name would run into the ticks or over the picture's edge.
    const lines = nameLines(text, (part) => context.measureText(part).width, 130 * unit);
    // Centred on a circle around its anchor, wide enough for the text in that direction.
    const half = Math.max(...lines.map((line) => context.measureText(line).width)) / 2;
    const distance = (kind === 'name' ? 34 : 8) * unit;
    context.textAlign = 'center';
    // Never cut off at the picture's edge.
    const left = Math.min(Math.max(x + dx * (distance + half * Math.abs(dx)), half + 6 * unit), width - half - 6 * unit);
    lines.forEach((line, i) => write(context, line, left, y + dy * (distance + (5 + 8 * (lines.length - 1)) * unit) + (i - (lines.length - 1) / 2) * 15 * unit, palette, unit));
  }
  context.font = `500 ${12 * unit}px ${FONT}`;
  context.fillStyle = palette.text;
  for (const { text, at } of overlay.notes) {
    const [x, y] = place(at);
    context.textAlign = 'left';
    write(context, text, x + 11 * unit, y - 11 * unit, palette, unit);
  }
  if (overlay.colorBar) drawColorBar(context, overlay.colorBar, palette, width, height, unit);
  if (overlay.legend) drawLegend(context, overlay.legend, palette, width, (overlay.caption ? 82 : 26) * unit, unit);
  if (overlay.caption) drawCaption(context, overlay.caption, palette, unit);
  context.restore();
}

export function drawCaption(context: CanvasRenderingContext2D, { title, subtitle }: { readonly title: string; readonly subtitle: string }, palette: ScenePalette, unit: number): void {
  context.textBaseline = 'middle';
  context.textAlign = 'left';
  context.fillStyle = palette.text;
  context.font = `600 ${17 * unit}px ${FONT}`;
  context.fillText(title, 24 * unit, 30 * unit);
  context.fillStyle = palette.quiet;
  context.font = `400 ${12 * unit}px ${FONT}`;
  context.fillText(subtitle, 24 * unit, 52 * unit);
}

export function drawColorBar(context: CanvasRenderingContext2D, bar: NonNullable<Overlay['colorBar']>, palette: ScenePalette, width: number, height: number, unit: number): void {
  context.textBaseline = 'middle';
  const length = Math.min(220 * unit, height * 0.42);
  const [left, top] = [width - 78 * unit, 44 * unit];
  const gradient = context.createLinearGradient(0, top + length, 0, top);
  for (let i = 0; i < 256; i += 5) {
    const [r, g, b] = bar.table.subarray(i * 4, i * 4 + 3);
    gradient.addColorStop(i / 255, `rgb(${r} ${g} ${b})`);
  }
  context.fillStyle = gradient;
  context.beginPath();
  context.roundRect(left, top, 10 * unit, length, 3 * unit);
  context.fill();
  context.textAlign = 'left';
  context.font = `400 ${11.5 * unit}px ${FONT}`;
  context.fillStyle = palette.quiet;
  const log = bar.scale === 'log';
  const marks = bar.high > bar.low ? (log ? logTicks(bar.low, bar.high) : ticks(bar.low, bar.high, 6)) : [log ? 10 ** bar.low : bar.low];
  for (const value of marks) {
    const t = bar.high > bar.low ? ((log ? Math.log10(value) : value) - bar.low) / (bar.high - bar.low) : 0;
    context.fillText(formatNumber(value, 3), left + 17 * unit, top + length * (1 - t));
  }
  // Levels of iso-surfaces: a triangle at the bar's other side.
  context.fillStyle = palette.text;
  for (const value of bar.marks ?? []) {
    const y = top + length * (1 - ((log ? Math.log10(value) : value) - bar.low) / (bar.high - bar.low));
    context.beginPath();
    context.moveTo(left - 1 * unit, y);
    context.lineTo(left - 8 * unit, y - 4 * unit);
    context.lineTo(left - 8 * unit, y + 4 * unit);
    context.fill();
  }
  context.font = `500 ${12 * unit}px ${FONT}`;
  context.fillStyle = palette.text;
  context.textAlign = 'right';
  context.fillText(log ? `${bar.title}, log` : bar.title, left + 58 * unit, top - 20 * unit);
}
