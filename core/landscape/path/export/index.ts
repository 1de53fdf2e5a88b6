import { escapeXml, type FigureFacts, pdfFile, pngFile, svgElement, svgFile } from '#core/figure';
import { UserError } from '#core/graph';
import { formatNumber } from '../../export/height';
import { barriersOf, type PathResult } from '../result';
import { drawPath, pathCaptions } from './chart';

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
function html(result: PathResult): string {
  const [title, how] = pathCaptions(result);
  const rows = Object.entries(barriersOf(result)).flatMap(([split, quantities]) => Object.entries(quantities).map(([name, { aboveLine, at, aboveMean, highest, mean }]) =>
    `<tr><th scope="row">${escapeXml(`${split} ${name}`)}</th>${[aboveLine, at, aboveMean, highest, mean].map((value) => `<td>${formatNumber(value)}</td>`).join('')}</tr>`));
  const data = JSON.stringify(pathDocument(result)).replaceAll('<', '\\u003c');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeXml(title)}</title>
<style>
:root { color-scheme: light dark; }
body { max-width: 1100px; margin: 2rem auto; padding: 0 1rem; font: 15px/1.5 system-ui, sans-serif; }
svg { width: 100%; height: auto; }
.dark { display: none; }
@media (prefers-color-scheme: dark) { body { background: #14171c; color: #e8eaed; } .dark { display: block; } .light { display: none; } }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 4px 14px 4px 0; text-align: right; border-bottom: 1px solid #8884; }
th:first-child { text-align: left; }
pre { overflow: auto; padding: 1rem; background: #8881; }
</style>
</head>
<body>
<main>
<div class="light" role="img" aria-label="${escapeXml(`${title}. ${how}`)}">${svgElement(drawPath(result))}</div>
<div class="dark" aria-hidden="true">${svgElement(drawPath(result, { theme: 'dark' }))}</div>
<table>
<thead><tr><th>barrier</th><th>above the line between the ends</th><th>at t</th><th>above the mean of the ends</th><th>highest</th><th>mean</th></tr></thead>
<tbody>${rows.join('')}</tbody>
</table>
<details><summary>What makes it again</summary><pre>${escapeXml(JSON.stringify(result.recipe, null, 2))}</pre></details>
</main>
<script type="application/json" id="path-data">${data}</script>
</body>
</html>
`;
}

const exporters = {
  json: (result: PathResult) => encode(`${JSON.stringify(pathDocument(result), (_, value: unknown) => (value === Infinity ? null : value))}\n`),
  csv: (result: PathResult) => encode(csv(result)),
  svg: (result: PathResult) => svgFile(drawPath(result), factsOf(result)),
  png: (result: PathResult) => pngFile(drawPath(result), factsOf(result)),
  pdf: (result: PathResult) => pdfFile(drawPath(result), factsOf(result)),
  html: (result: PathResult) => encode(html(result)),
} satisfies Record<string, (result: PathResult) => Uint8Array | Promise<Uint8Array>>;

export type PathFormat = keyof typeof exporters;
export const pathFormats = Object.keys(exporters) as readonly PathFormat[];

/** The path as a file of the given format. */
export const exportPath = async (result: PathResult, format: PathFormat): Promise<Uint8Array> => exporters[format](result);

/** The format a file's name asks for by its ending. @throws UserError that lists the formats */
export function pathFormatOf(file: string): PathFormat {
  const ending = /\.([^./\\]+)$/.exec(file)?.[1]?.toLowerCase();
  const format = pathFormats.find((candidate) => candidate === ending);
  if (format !== undefined) return format;
  throw new UserError('path.format', `${file}: ${ending === undefined ? 'no file ending' : `".${ending}" is not a format for paths`}`, { hint: `Use one of ${pathFormats.map((candidate) => `.${candidate}`).join(' ')}.` });
}
