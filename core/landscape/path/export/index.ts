import { type FigureFacts, htmlTable, pdfFile, pngFile, staticPage, svgFile } from '#core/figure';
import { UserError } from '#core/graph';
import { formatNumber } from '../../export/height';
import { barriersOf, type PathResult } from '../result';
import { drawPath, pathCaptions, type PathLook } from './chart';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

const factsOf = (result: PathResult): FigureFacts => ({ title: pathCaptions(result)[0], program: result.recipe.program, recipe: JSON.stringify(result.recipe) });

/** Everything of a path as plain data; a value that is not known or not finite is null. */
export function pathDocument(result: PathResult): Record<string, unknown> {
  const { recipe, t, distance, straight, values, steps, inner, alignment } = result;
  const list = (numbers: Float64Array): (number | null)[] => Array.from(numbers, (value) => (Number.isFinite(value) ? value : null));
  return {
    recipe,
    t: list(t),
    distance: list(distance),
    length: distance.at(-1),
    straight,
    values: Object.fromEntries(Object.entries(values).map(([split, quantities]) => [split, Object.fromEntries(Object.entries(quantities).map(([name, numbers]) => [name, list(numbers)]))])),
    barriers: barriersOf(result),
    steps,
    inner,
    alignment,
  };
}

/** One line a place: `t,distance,train loss,...`; not computed is an empty field, no finite value is `inf`. */
function csv({ t, distance, values, recipe }: PathResult): string {
  const columns = recipe.splits.flatMap((split) => recipe.quantities.map((quantity) => ({ name: `${split} ${quantity}`, list: values[split]![quantity]! })));
  const cell = (value: number): string => (Number.isNaN(value) ? '' : Number.isFinite(value) ? String(value) : 'inf');
  const lines = Array.from(t, (place, i) => [place, distance[i]!, ...columns.map(({ list }) => list[i]!)].map(cell).join(','));
  return [['t', 'distance', ...columns.map(({ name }) => name)].join(','), ...lines, ''].join('\n');
}

/** One page that needs nothing else: the picture, the barriers, the recipe and the numbers. */
function html(result: PathResult, look: PathLook): string {
  const [title, how] = pathCaptions(result);
  const rows = Object.entries(barriersOf(result)).flatMap(([split, quantities]) => Object.entries(quantities).map(([name, { aboveLine, at, aboveMean, highest, mean }]) =>
    [`${split} ${name}`, formatNumber(aboveLine), aboveLine > 0 ? formatNumber(at) : '–', ...[aboveMean, highest, mean].map((value) => formatNumber(value))]));
  return staticPage({
    title,
    description: `${title}. ${how}`,
    picture: { light: drawPath(result, { ...look, theme: 'light' }), dark: drawPath(result, { ...look, theme: 'dark' }) },
    body: htmlTable(['barrier', 'above the line between the ends', 'at t', 'above the mean of the ends', 'highest', 'mean'], rows),
    recipe: result.recipe,
    data: { 'path-data': JSON.stringify(pathDocument(result)) },
  });
}

/** How a path's picture is to look, and what a PNG says of its resolution. */
export interface PathFileLook extends PathLook {
  /** For programs that lay it out on paper. */
  readonly dotsPerInch?: number;
}

const exporters = {
  json: (result) => encode(`${JSON.stringify(pathDocument(result), (_, value: unknown) => (value === Infinity ? null : value))}\n`),
  csv: (result) => encode(csv(result)),
  svg: (result, look) => svgFile(drawPath(result, look), factsOf(result)),
  png: (result, look) => pngFile(drawPath(result, look), factsOf(result), look.dotsPerInch),
  pdf: (result, look) => pdfFile(drawPath(result, look), factsOf(result)),
  html: (result, look) => encode(html(result, look)),
} satisfies Record<string, (result: PathResult, look: PathFileLook) => Uint8Array | Promise<Uint8Array>>;

export type PathFormat = keyof typeof exporters;
export const pathFormats = Object.keys(exporters) as readonly PathFormat[];

/** The path as a file of the given format; a page follows the reader's theme. */
export const exportPath = async (result: PathResult, format: PathFormat, look: PathFileLook = {}): Promise<Uint8Array> => exporters[format](result, look);

/** The format a file's name asks for by its ending. @throws UserError that lists the formats */
export function pathFormatOf(file: string): PathFormat {
  const ending = /\.([^./\\]+)$/.exec(file)?.[1]?.toLowerCase();
  const format = pathFormats.find((candidate) => candidate === ending);
  if (format !== undefined) return format;
  throw new UserError('path.format', `${file}: ${ending === undefined ? 'no file ending' : `".${ending}" is not a format for paths`}`, { hint: `Use one of ${pathFormats.map((candidate) => `.${candidate}`).join(' ')}.` });
}
