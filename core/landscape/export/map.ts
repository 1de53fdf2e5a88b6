import { fitText, label, polyline, type Raster, type Rectangle, segment, type Shape } from '#core/figure';
import { contourLevels, contourStyle, inkOn, isolines, logTicks, ticks } from '../contours';
import { axisNames } from '../describe';
import { leadsAlongPath, type LegendKey, legendKeys } from '../legend';
import { computedMask, type Surface } from '../surface';
import { type CriticalPoint, quantityTopology } from '../topology';
import { axes, captions, type Palette, type PictureStyle } from './chart';
import { type ColorMapName, colorTable, hexColor } from './colors';
import { formatNumber, type Heights, unitHeight } from './height';
import { baseHalfWidths } from './mesh';
import { drawLegend, drawnPaths, type Place } from './paths';
import { drawComputed } from './points';
import { refine, shadedMap } from './raster';
import { criticalSign, layKeys, lowestSign, pathSign } from './signs';

/** A picture as rasters below shapes. */
export interface Picture {
  readonly rasters: readonly Raster[];
  readonly shapes: readonly Shape[];
}

/** The surface from above: colours, relief shading, contour lines, training's path, lowest point, valleys and passes, colour bar, and a legend of what is drawn. */
export function drawMap(surface: Surface, quantity: string, heights: Heights, style: PictureStyle, width: number, height: number): Picture {
  const { palette, colorMap } = style;
  const unit = Math.min(width / 1200, height / 900);
  const marks = criticalMarks(surface, quantity, heights, style);
  const keys = layKeys(mapKeys([surface], quantity, marks, style), width - 120 * unit, unit);
  const frame = fitFrame(surface, { left: 96 * unit, top: 92 * unit, width: width - 240 * unit, height: height - 172 * unit - keys.height });
  const [title, how] = captions(surface, quantity, style.points);
  const room = width - frame.left - 24 * unit;
  const { rasters, shapes } = plotMap(surface, quantity, heights, marks, style, frame, unit);
  const below = { left: Math.max(24 * unit, Math.min(frame.left, width - 24 * unit - keys.width)), top: frame.top + frame.height + 62 * unit };
  return {
    rasters,
    shapes: [
      label(fitText(title, 22 * unit, room), frame.left, 40 * unit, { size: 22 * unit, color: palette.text }),
      label(fitText(how, 13.5 * unit, room), frame.left, 66 * unit, { size: 13.5 * unit, color: palette.quiet }),
      ...shapes,
      ...keys.draw(below, style),
      ...drawColorBar({ left: frame.left + frame.width + 28 * unit, top: frame.top, width: 16 * unit, height: frame.height }, heights, quantity, colorMap, palette, unit),
    ],
  };
}

/** Valleys, passes and hills, where they are asked for, on the scale that is drawn. */
export const criticalMarks = (surface: Surface, quantity: string, { scale }: Heights, { valleys }: PictureStyle): readonly CriticalPoint[] =>
  valleys === undefined ? [] : quantityTopology(surface, quantity, { scale, threshold: valleys }).points;

/** What is drawn upon maps, all of them together: the value of the lowest point where there is one. */
export function mapKeys(surfaces: readonly Surface[], quantity: string, marks: readonly CriticalPoint[], { points, path }: PictureStyle): LegendKey[] {
  const lowest = surfaces.flatMap(({ minimum }) => minimum[quantity] ?? []);
  return legendKeys({
    paths: path ? Math.max(...surfaces.map((surface) => drawnPaths(surface).length)) : 0,
    between: surfaces.some(({ recipe }) => leadsAlongPath(recipe.plane)),
    ...(lowest.length > 0 && { lowest: surfaces.length === 1 ? formatNumber(lowest[0]!.value) : '' }),
    marks,
    computed: points && surfaces.some((surface) => computedMask(surface) !== undefined),
  });
}

/** The map itself with its axes, in whole pixels at `frame`. */
export function plotMap(surface: Surface, quantity: string, heights: Heights, marks: readonly CriticalPoint[], { palette, colorMap, points, contours, path }: PictureStyle, frame: Rectangle, unit: number): Picture {
  const [across, upwards] = axisNames(surface);
  const fine = refine(heights.heights, surface.x.length, surface.y.length, frame.width, frame.height);
  const pixels = shadedMap(fine, frame.width, frame.height, heights, colorMap);
  return {
    rasters: [{ pixels, frame, background: palette.hole }],
    shapes: [
      ...(contours ? drawContours(fine, frame, heights, unit) : []),
      ...(points ? drawChosen(surface, heights, frame, palette, unit) : []),
      ...(path ? drawPaths(surface, frame, unit) : []),
      ...drawMarks(surface, marks, frame, unit),
      ...drawMinimum(surface, quantity, frame, unit),
      ...drawAnchors(surface, frame, palette, unit),
      ...(path ? drawLegend(surface, frame, placesIn(frame, surface), palette, unit) : []),
      ...axes(frame, ends(surface.x), ends(surface.y), [across, upwards], palette, unit),
    ],
  };
}

export const ends = (axis: Float64Array): readonly [number, number] => [axis[0] ?? 0, axis.at(-1) ?? 0];

/** The largest frame of the surface's proportions inside a space, in whole pixels. */
export function fitFrame({ x, y }: Pick<Surface, 'x' | 'y'>, space: Rectangle): Rectangle {
  const [halfX, halfY] = baseHalfWidths(x, y);
  const scale = Math.min(space.width / halfX, space.height / halfY);
  const width = Math.max(2, Math.round(halfX * scale));
  const height = Math.max(2, Math.round(halfY * scale));
  return { left: Math.round(space.left + (space.width - width) / 2), top: Math.round(space.top + (space.height - height) / 2), width, height };
}

/** Contours on a grid of every third pixel: as smooth as the colours below, at a ninth of the points. */
function drawContours(fine: Float64Array, frame: Rectangle, heights: Heights, unit: number): Shape[] {
  const columns = Math.ceil(frame.width / 3);
  const rows = Math.ceil(frame.height / 3);
  const coarse = refine(fine, frame.width, frame.height, columns, rows);
  return isolines(coarse, columns, rows, contourLevels(heights)).map(({ level, points }): Shape => {
    const { color, opacity, width } = contourStyle(heights, level);
    const places = points.map((value, i) => (i % 2 === 0 ? frame.left + (frame.width * value) / (columns - 1) : frame.top + frame.height - (frame.height * value) / (rows - 1)));
    return { kind: 'path', d: polyline(places), stroke: color, strokeOpacity: opacity, strokeWidth: width * unit };
  });
}

/** The points that were computed, no larger than leaves ground between those of neighbouring grid lines. */
function drawChosen(surface: Surface, heights: Heights, frame: Rectangle, palette: Palette, unit: number): Shape[] {
  const { x, y } = surface;
  const place = placesIn(frame, surface);
  const spacing = Math.min(frame.width / (x.length - 1), frame.height / (y.length - 1));
  const ink = (index: number): string => (Number.isFinite(heights.heights[index]) ? inkOn(heights, heights.heights[index]!) : palette.text);
  return drawComputed(surface, (index) => place(x[index % x.length]!, y[Math.floor(index / x.length)]!), ink, Math.min(1.9 * unit, 0.5 * spacing));
}

/** Places in the plane as pixels of a frame. */
function placesIn(frame: Rectangle, { x, y }: Pick<Surface, 'x' | 'y'>): Place {
  const [x0, x1] = ends(x);
  const [y0, y1] = ends(y);
  return (px, py) => [frame.left + (frame.width * (px - x0)) / (x1 - x0), frame.top + frame.height - (frame.height * (py - y0)) / (y1 - y0)];
}

/** Paths of training; of several runs each in its colour, the own one uppermost. */
function drawPaths(surface: Surface, frame: Rectangle, unit: number): Shape[] {
  const place = placesIn(frame, surface);
  const paths = drawnPaths(surface);
  return paths.toReversed().flatMap(({ points, color }): Shape[] => {
    if (points.length < 4) return [];
    const at = Array.from({ length: points.length / 2 }, (_, i) => place(points[i * 2]!, points[i * 2 + 1]!));
    return [{ kind: 'group', clip: frame, shapes: pathSign(at, paths.length > 1 ? color : '#fff', unit) }];
  });
}

function drawMarks(surface: Surface, marks: readonly CriticalPoint[], frame: Rectangle, unit: number): Shape[] {
  const place = placesIn(frame, surface);
  return marks.map(({ kind, x, y }) => criticalSign(kind, ...place(x, y), unit));
}

/** Other weights in the plane, by name. */
function drawAnchors(surface: Surface, frame: Rectangle, palette: Palette, unit: number): Shape[] {
  const place = placesIn(frame, surface);
  return (surface.anchors ?? []).flatMap((anchor): Shape[] => {
    const [x, y] = place(anchor.x, anchor.y);
    const inside = x >= frame.left && x <= frame.left + frame.width && y >= frame.top && y <= frame.top + frame.height;
    if (!inside) return [];
    return [
      { kind: 'circle', x, y, radius: 5.5 * unit, fill: palette.background, stroke: '#111', strokeWidth: 2.4 * unit },
      label(anchor.name, x, y - 12 * unit, { size: 14 * unit, color: '#fff', anchor: 'middle', halo: { color: '#111', width: 0.75 * unit } }),
    ];
  });
}

function drawMinimum(surface: Surface, quantity: string, frame: Rectangle, unit: number): Shape[] {
  const minimum = surface.minimum[quantity];
  return minimum === undefined ? [] : lowestSign(...placesIn(frame, surface)(minimum.x, minimum.y), unit);
}

/** The scale of the colours, with the quantity's name above it. */
export function drawColorBar(bar: Rectangle, heights: Pick<Heights, 'scale' | 'low' | 'high'>, quantity: string, map: ColorMapName, palette: Palette, unit: number): Shape[] {
  const table = colorTable(map);
  const shapes: Shape[] = [];
  const slice = bar.height / 256;
  for (let i = 0; i < 256; i++) {
    shapes.push({ kind: 'rectangle', left: bar.left, top: Number((bar.top + bar.height - (i + 1) * slice).toFixed(2)), width: bar.width, height: Number((slice + 0.6).toFixed(2)), fill: hexColor(table, i) });
  }
  const log = heights.scale === 'log';
  const flat = log ? [10 ** heights.low] : [heights.low];
  const values = log ? logTicks(heights.low, heights.high) : ticks(heights.low, heights.high, 8);
  for (const value of heights.high > heights.low ? values : flat) {
    const y = bar.top + bar.height * (1 - unitHeight(heights, log ? Math.log10(value) : value));
    shapes.push(segment(bar.left + bar.width, y, bar.left + bar.width + 5 * unit, y, palette.line, unit));
    shapes.push(label(formatNumber(value, 3), bar.left + bar.width + 10 * unit, y + 4.5 * unit, { size: 13 * unit, color: palette.quiet }));
  }
  shapes.push(label(log ? `${quantity} (log)` : quantity, bar.left, bar.top - 12 * unit, { size: 13 * unit, color: palette.text }));
  return shapes;
}
