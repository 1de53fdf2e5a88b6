import { axisNames } from '../describe';
import type { Surface } from '../surface';
import { axes, captions, logTicks, type Palette, type Rectangle, segment, ticks } from './chart';
import { type ColorMapName, colorTable } from './colors';
import { contourLevels, formatNumber, type Heights, unitHeight } from './height';
import { isolines } from './isolines';
import { baseHalfWidths } from './mesh';
import { refine, shadedMap } from './raster';
import { svgText } from './text';

/** A picture as a raster layer below a vector layer. */
export interface Picture {
  readonly raster?: { readonly pixels: Uint8Array; readonly frame: Rectangle };
  readonly svg: string;
}

/** The surface from above: colours, relief shading, contour lines, training's path, lowest point, colour bar. */
export function drawMap(surface: Surface, quantity: string, heights: Heights, map: ColorMapName, palette: Palette, width: number, height: number): Picture {
  const unit = Math.min(width / 1200, height / 900);
  const columns = surface.x.length;
  const rows = surface.y.length;
  const frame = fitFrame(baseHalfWidths(surface.x, surface.y), { left: 96 * unit, top: 92 * unit, width: width - 240 * unit, height: height - 172 * unit });
  const fine = refine(heights.heights, columns, rows, frame.width, frame.height);
  const pixels = shadedMap(fine, frame.width, frame.height, heights, map);
  const toX = (column: number): number => frame.left + (frame.width * column) / (columns - 1);
  const toY = (row: number): number => frame.top + frame.height - (frame.height * row) / (rows - 1);
  const [title, how] = captions(surface, quantity);
  const svg = [
    svgText(title, frame.left, 40 * unit, { size: 22 * unit, color: palette.text }),
    svgText(how, frame.left, 66 * unit, { size: 13.5 * unit, color: palette.quiet }),
    drawContours(fine, frame, heights, unit),
    drawPath(surface, frame, unit),
    drawMinimum(surface, quantity, toX, toY, unit),
    drawAnchors(surface, frame, palette, unit),
    axes(frame, ends(surface.x), ends(surface.y), axisNames(surface), palette, unit),
    drawColorBar({ left: frame.left + frame.width + 28 * unit, top: frame.top, width: 16 * unit, height: frame.height }, heights, quantity, map, palette, unit),
  ];
  return { raster: { pixels, frame }, svg: svg.join('') };
}

export const ends = (axis: Float64Array): readonly [number, number] => [axis[0] ?? 0, axis.at(-1) ?? 0];

function fitFrame([halfX, halfY]: readonly [number, number], space: Rectangle): Rectangle {
  const scale = Math.min(space.width / halfX, space.height / halfY);
  const width = Math.max(2, Math.round(halfX * scale));
  const height = Math.max(2, Math.round(halfY * scale));
  return { left: Math.round(space.left + (space.width - width) / 2), top: Math.round(space.top + (space.height - height) / 2), width, height };
}

/** Contours on a grid of every third pixel: as smooth as the colours below, at a ninth of the points. */
function drawContours(fine: Float64Array, frame: Rectangle, heights: Heights, unit: number): string {
  const columns = Math.ceil(frame.width / 3);
  const rows = Math.ceil(frame.height / 3);
  const coarse = refine(fine, frame.width, frame.height, columns, rows);
  const lines = isolines(coarse, columns, rows, contourLevels(heights)).map(({ level, points }) => {
    const major = Math.round(level / heights.step) % 5 === 0;
    let path = '';
    for (let i = 0; i < points.length; i += 2) {
      const x = frame.left + (frame.width * points[i]!) / (columns - 1);
      const y = frame.top + frame.height - (frame.height * points[i + 1]!) / (rows - 1);
      path += `${i === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`;
    }
    const light = unitHeight(heights, level) < 0.7;
    return `<path d="${path}" stroke="${light ? '#fff' : '#000'}" stroke-opacity="${major ? 0.7 : 0.34}" stroke-width="${(major ? 1.5 : 1) * unit}"/>`;
  });
  return `<g fill="none" stroke-linejoin="round">${lines.join('')}</g>`;
}

function drawPath(surface: Surface, frame: Rectangle, unit: number): string {
  const points = surface.trajectory?.points;
  if (points === undefined || points.length < 4) return '';
  const [x0, x1] = ends(surface.x);
  const [y0, y1] = ends(surface.y);
  const at = Array.from({ length: points.length / 2 }, (_, i): [number, number] => [
    frame.left + (frame.width * (points[i * 2]! - x0)) / (x1 - x0),
    frame.top + frame.height - (frame.height * (points[i * 2 + 1]! - y0)) / (y1 - y0),
  ]);
  const d = at.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`).join('');
  const dots = at.slice(1, -1).map(([x, y]) => `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${2.6 * unit}" fill="#fff" stroke="#111" stroke-width="${unit}"/>`);
  const [start, end] = [at[0]!, at.at(-1)!];
  const clip = `<clipPath id="frame"><rect x="${frame.left}" y="${frame.top}" width="${frame.width}" height="${frame.height}"/></clipPath>`;
  return `<defs>${clip}</defs><g clip-path="url(#frame)" stroke-linejoin="round" stroke-linecap="round">
    <path d="${d}" fill="none" stroke="#111" stroke-opacity="0.85" stroke-width="${5 * unit}"/><path d="${d}" fill="none" stroke="#fff" stroke-width="${2.4 * unit}"/>
    ${dots.join('')}<circle cx="${start[0]}" cy="${start[1]}" r="${6 * unit}" fill="#111" stroke="#fff" stroke-width="${2.4 * unit}"/>
    <circle cx="${end[0]}" cy="${end[1]}" r="${6 * unit}" fill="#fff" stroke="#111" stroke-width="${2.4 * unit}"/></g>`;
}

/** Other weights in the plane, by name. */
function drawAnchors({ x, y, anchors = [] }: Surface, frame: Rectangle, palette: Palette, unit: number): string {
  const [x0, x1] = ends(x);
  const [y0, y1] = ends(y);
  const parts = anchors.map((anchor) => {
    const left = frame.left + (frame.width * (anchor.x - x0)) / (x1 - x0);
    const top = frame.top + frame.height - (frame.height * (anchor.y - y0)) / (y1 - y0);
    const inside = left >= frame.left && left <= frame.left + frame.width && top >= frame.top && top <= frame.top + frame.height;
    const name = svgText(anchor.name, left, top - 12 * unit, { size: 14 * unit, color: '#fff', anchor: 'middle' });
    // A dark outline keeps the name legible on any colour.
    return inside
      ? `<circle cx="${left.toFixed(1)}" cy="${top.toFixed(1)}" r="${5.5 * unit}" fill="${palette.background}" stroke="#111" stroke-width="${2.4 * unit}"/><g stroke="#111" stroke-width="220" stroke-linejoin="round" paint-order="stroke">${name}</g>${name}`
      : '';
  });
  return parts.join('');
}

function drawMinimum(surface: Surface, quantity: string, toX: (column: number) => number, toY: (row: number) => number, unit: number): string {
  const minimum = surface.minimum[quantity];
  if (minimum === undefined) return '';
  const x = toX(minimum.index % surface.x.length);
  const y = toY(Math.floor(minimum.index / surface.x.length));
  const arm = 8 * unit;
  const cross = (color: string, thickness: number): string =>
    segment(x - arm, y, x + arm, y, color, thickness * unit) + segment(x, y - arm, x, y + arm, color, thickness * unit);
  return cross('#111', 4.5) + cross('#ffd34d', 2);
}

function drawColorBar(bar: Rectangle, heights: Heights, quantity: string, map: ColorMapName, palette: Palette, unit: number): string {
  const table = colorTable(map);
  const parts: string[] = [];
  const slice = bar.height / 256;
  for (let i = 0; i < 256; i++) {
    const [r, g, b] = table.subarray(i * 3, i * 3 + 3);
    parts.push(`<rect x="${bar.left}" y="${(bar.top + bar.height - (i + 1) * slice).toFixed(2)}" width="${bar.width}" height="${(slice + 0.6).toFixed(2)}" fill="rgb(${r},${g},${b})"/>`);
  }
  const log = heights.scale === 'log';
  const flat = log ? [10 ** heights.low] : [heights.low];
  const values = log ? logTicks(heights.low, heights.high) : ticks(heights.low, heights.high, 8);
  for (const value of heights.high > heights.low ? values : flat) {
    const y = bar.top + bar.height * (1 - unitHeight(heights, log ? Math.log10(value) : value));
    parts.push(segment(bar.left + bar.width, y, bar.left + bar.width + 5 * unit, y, palette.line, unit));
    parts.push(svgText(formatNumber(value, 3), bar.left + bar.width + 10 * unit, y + 4.5 * unit, { size: 13 * unit, color: palette.quiet }));
  }
  parts.push(svgText(log ? `${quantity} (log)` : quantity, bar.left, bar.top - 12 * unit, { size: 13 * unit, color: palette.text }));
  return parts.join('');
}
