import { assemble, type Drawing, type FigureFacts, fitText, label, pdfFile, pngFile, polyline, type Shape, svgFile } from '#core/figure';
import { UserError } from '#core/graph';
import { planeTitle, pointsTitle, surfaceTitle } from '../describe';
import type { Surface, SurfaceMinimum } from '../surface';
import { quantityTopology } from '../topology';
import type { PictureStyle } from './chart';
import { plotCurves } from './curve';
import { formatNumber } from './height';
import { comparisonHtml } from './html';
import { exportJson } from './json';
import { type PageLook, styleOf } from './look';
import { criticalMarks, drawColorBar, fitFrame, mapKeys, plotMap } from './map';
import { quantityValues, surfaceHeights } from './mesh';
import type { PictureOptions } from './picture';
import { layKeys } from './signs';

export interface ComparisonOptions extends Omit<PictureOptions, 'together'>, PageLook {
  /** One scale of heights and colours for all; default true. */
  readonly shared?: boolean;
  /** Gives the viewer script's source; asked for by `html` only. */
  readonly viewer?: () => string | Promise<string>;
}

/** Formats that hold several surfaces side by side. */
export const comparisonFormats = ['html', 'png', 'svg', 'pdf', 'json'] as const;
export type ComparisonFormat = (typeof comparisonFormats)[number];

/** As many panes as fit beside each other and stay legible. */
export const mostCompared = 4;

/** What is said of a surface beside others. */
export interface SurfaceFigures {
  readonly title: string;
  readonly plane: string;
  readonly centre: number | undefined;
  readonly minimum: SurfaceMinimum | undefined;
  /** Sum of all finite persistences over the height of the picture (see `Topology`). */
  readonly ruggedness: number;
}

/** Figures of one quantity of a surface; depths are those of the height scale. */
export function surfaceFigures(surface: Surface, { quantity, scale = 'linear' }: Pick<PictureOptions, 'quantity' | 'scale'> = {}): SurfaceFigures {
  const name = quantityValues(surface, quantity).quantity;
  return {
    title: surfaceTitle(surface),
    plane: planeTitle(surface.recipe.plane),
    centre: surface.centre[name],
    minimum: surface.minimum[name],
    ruggedness: quantityTopology(surface, name, { scale, threshold: 0 }).ruggedness,
  };
}

/** Two to four surfaces side by side as a file. @throws UserError where they cannot stand beside each other */
export async function exportComparison(surfaces: readonly Surface[], format: ComparisonFormat, { viewer, ...options }: ComparisonOptions = {}): Promise<Uint8Array> {
  checkComparable(surfaces);
  switch (format) {
    case 'html':
      if (viewer === undefined) throw new Error('exporting a page needs the viewer script: pass `viewer`');
      return comparisonHtml(surfaces.map((surface) => ({ surface, figures: figureLine(surface, options) })), { ...options, viewer: await viewer() });
    case 'json':
      return new TextEncoder().encode(`{"format":"basin-surfaces","version":1,"surfaces":[${surfaces.map((surface) => new TextDecoder().decode(exportJson(surface)).trim()).join(',')}]}\n`);
    case 'png':
      return pngFile(drawComparison(surfaces, options), comparisonFacts(surfaces, options), options.dotsPerInch);
    case 'svg':
      return svgFile(drawComparison(surfaces, options), comparisonFacts(surfaces, options));
    case 'pdf':
      return pdfFile(drawComparison(surfaces, options), comparisonFacts(surfaces, options));
  }
}

export const volumeBesideOthers = (): UserError => new UserError('landscape.compare.volume', 'a volume has no picture to stand beside others', { hint: 'Compare planes or lines.' });

/** @throws UserError for too few or too many, for volumes, and for lines among planes */
export function checkComparable(surfaces: readonly Surface[]): void {
  if (surfaces.length < 2 || surfaces.length > mostCompared) {
    throw new UserError('landscape.compare.count', `${surfaces.length} surfaces were given to stand side by side`, { hint: `Choose two to ${mostCompared}.` });
  }
  const dimensions = new Set(surfaces.map(({ recipe: { grid }, y }) => ('z' in grid && grid.z !== undefined ? 3 : y.length > 1 ? 2 : 1)));
  if (dimensions.has(3)) throw volumeBesideOthers();
  if (dimensions.size > 1) throw new UserError('landscape.compare.mixed', 'a line and a plane share no axes', { hint: 'Compare lines with lines and planes with planes.' });
}

/** Panels of maps with one scale, or curves in one pair of axes. */
export function drawComparison(surfaces: readonly Surface[], options: ComparisonOptions = {}): Drawing {
  const { width = 1600 } = options;
  const style = styleOf(options);
  const lines = surfaces[0]!.y.length === 1;
  const height = options.height ?? Math.round(lines ? width * 0.75 : panelsHeight(surfaces.length, width));
  const size = { width, height, background: style.palette.background };
  return lines ? drawLines(surfaces, options, size, style) : drawPanels(surfaces, options, size, style);
}

/** Room of one panel with its texts and axes, and of what stands above and beside them all. */
const PANEL = { width: 520, height: 560, margin: 60 };

/** The height that leaves no paper empty: two by two, or in one row. */
function panelsHeight(count: number, width: number): number {
  const columns = count === 4 ? 2 : count;
  return (width * (PANEL.height * Math.ceil(count / columns) + PANEL.margin)) / (PANEL.width * columns + PANEL.margin);
}

/** Pictures of one request say it once, above them all. */
function headings(surfaces: readonly Surface[], quantity: string, dots: boolean): { title: string; how: string } {
  const how = new Set(surfaces.map((surface) => made(surface, dots)));
  return { title: `${quantity} of ${surfaces.map(surfaceTitle).join(', ')}`, how: how.size === 1 ? [...how][0]! : '' };
}

const made = ({ recipe }: Surface, dots: boolean): string =>
  [planeTitle(recipe.plane), `${recipe.split}${recipe.subset === null ? '' : `, ${recipe.subset.count} examples`}`, pointsTitle(recipe, dots)].join(' · ');

function figureLine(surface: Surface, options: Pick<PictureOptions, 'quantity' | 'scale'>): string {
  const { centre, minimum, ruggedness } = surfaceFigures(surface, options);
  return [...(centre === undefined ? [] : [`centre ${formatNumber(centre)}`]), ...(minimum ? [`lowest ${formatNumber(minimum.value)}`] : []), `ruggedness ${formatNumber(ruggedness, 3)}`].join(' · ');
}

function drawPanels(surfaces: readonly Surface[], options: ComparisonOptions, size: Pick<Drawing, 'width' | 'height' | 'background'>, style: PictureStyle): Drawing {
  const { shared = true } = options;
  const { palette, colorMap, points } = style;
  const { width, height } = size;
  const columns = surfaces.length === 4 || height > width ? Math.ceil(surfaces.length / 2) : surfaces.length;
  const rows = Math.ceil(surfaces.length / columns);
  const unit = Math.min(width / (PANEL.width * columns + PANEL.margin), height / (PANEL.height * rows + PANEL.margin));
  const quantity = quantityValues(surfaces[0]!, options.quantity).quantity;
  const { title, how } = headings(surfaces, quantity, points);
  const drawn = surfaces.map((surface) => surfaceHeights(surface, { ...options, ...(shared && { together: surfaces }) }).heights);
  const marks = surfaces.map((surface, i) => criticalMarks(surface, quantity, drawn[i]!, style));
  const keys = layKeys(mapKeys(surfaces, quantity, marks.flat(), style), width - 112 * unit, unit);
  const top = 84 * unit + keys.height;
  const cell = { width: (width - (shared ? 90 : 0) * unit) / columns, height: (height - top) / rows };
  const panels = surfaces.map((surface, i) => {
    const space = { left: 92 * unit, top: 74 * unit, width: cell.width - (shared ? 124 : 200) * unit, height: cell.height - 140 * unit };
    const frame = { ...fitFrame(surface, space), top: Math.round(space.top) };
    const { rasters, shapes } = plotMap(surface, quantity, drawn[i]!, marks[i]!, style, frame, unit);
    const room = cell.width - frame.left - 12 * unit;
    const texts: Shape[] = [
      label(fitText(surfaceTitle(surface), 17 * unit, room), frame.left, frame.top - 32 * unit, { size: 17 * unit, color: palette.text }),
      label(fitText([how === '' ? made(surface, points) : '', figureLine(surface, options)].filter(Boolean).join(' · '), 12.5 * unit, room), frame.left, frame.top - 12 * unit, { size: 12.5 * unit, color: palette.quiet }),
    ];
    const bar = { left: frame.left + frame.width + 20 * unit, top: frame.top + 16 * unit, width: 12 * unit, height: frame.height - 16 * unit };
    const scale = shared ? [] : drawColorBar(bar, drawn[i]!, quantity, colorMap, palette, unit);
    return { drawing: { rasters, shapes: [...texts, ...shapes, ...scale] }, x: Math.round((i % columns) * cell.width), y: Math.round(top + Math.floor(i / columns) * cell.height), frame };
  });
  const body = assemble(size, panels);
  const left = panels[0]!.frame.left;
  const heading = [
    label(fitText(title, 22 * unit, width - left - 20 * unit), left, 40 * unit, { size: 22 * unit, color: palette.text }),
    label(fitText(how, 13.5 * unit, width - left - 20 * unit), left, 64 * unit, { size: 13.5 * unit, color: palette.quiet }),
    ...keys.draw({ left, top: 80 * unit }, style),
  ];
  const bottom = panels.at(-1)!;
  const bar = { left: width - 82 * unit, top: panels[0]!.y + panels[0]!.frame.top, width: 16 * unit, height: bottom.y + bottom.frame.top + bottom.frame.height - panels[0]!.y - panels[0]!.frame.top };
  return { ...body, shapes: [...heading, ...body.shapes, ...(shared ? drawColorBar(bar, drawn[0]!, quantity, colorMap, palette, unit) : [])] };
}

/** Told apart by every kind of colour vision (Okabe and Ito, 2008), dark enough on white and light enough on black. */
const lineColors = ['#0072b2', '#d55e00', '#009e73', '#cc79a7'] as const;

function drawLines(surfaces: readonly Surface[], options: ComparisonOptions, size: Pick<Drawing, 'width' | 'height' | 'background'>, style: PictureStyle): Drawing {
  const { width, height } = size;
  const { palette, points } = style;
  const unit = Math.min(width / 1200, height / 900);
  const quantity = quantityValues(surfaces[0]!, options.quantity).quantity;
  const { title, how } = headings(surfaces, quantity, points);
  const top = (92 + 22 * surfaces.length) * unit;
  const frame = { left: 96 * unit, top, width: width - 140 * unit, height: height - top - 80 * unit };
  const curves = surfaces.map((surface, i) => ({ surface, heights: surfaceHeights(surface, { ...options, together: surfaces }).heights, color: lineColors[i]! }));
  const key = surfaces.flatMap((surface, i): Shape[] => {
    const y = (88 + 22 * i) * unit;
    const text = [surfaceTitle(surface), how === '' ? made(surface, points) : '', figureLine(surface, options)].filter(Boolean).join(' · ');
    return [
      { kind: 'path', d: polyline([frame.left, y - 4 * unit, frame.left + 26 * unit, y - 4 * unit]), stroke: lineColors[i]!, strokeWidth: 3 * unit },
      label(fitText(text, 13.5 * unit, width - frame.left - 60 * unit), frame.left + 36 * unit, y, { size: 13.5 * unit, color: palette.text }),
    ];
  });
  return {
    ...size,
    rasters: [],
    shapes: [
      label(fitText(title, 22 * unit, width - frame.left - 20 * unit), frame.left, 40 * unit, { size: 22 * unit, color: palette.text }),
      label(how, frame.left, 64 * unit, { size: 13.5 * unit, color: palette.quiet }),
      ...key,
      ...plotCurves(curves, quantity, frame, style, unit),
    ],
  };
}

function comparisonFacts(surfaces: readonly Surface[], { quantity }: ComparisonOptions): FigureFacts {
  return {
    title: headings(surfaces, quantityValues(surfaces[0]!, quantity).quantity, false).title,
    program: surfaces[0]!.recipe.program,
    recipe: JSON.stringify(surfaces.map(({ recipe }) => recipe)),
  };
}
