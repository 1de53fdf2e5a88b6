import { escapeXml } from '#core/figure';
import { UserError } from '#core/graph';
import { surfaceTitle } from '../describe';
import type { Surface } from '../surface';
import { type CriticalPoint, quantityTopology } from '../topology';
import { isoScale } from './iso';
import { exportJson } from './json';
import type { PageLook } from './look';
import { quantityValues, type MeshOptions } from './mesh';

export interface HtmlOptions extends MeshOptions, PageLook {
  /** Source of the viewer script (the built `surface-viewer.js`). */
  readonly viewer: string;
  readonly theme?: 'light' | 'dark' | 'system';
  /** At which the iso-surfaces of a volume lie first. */
  readonly levels?: readonly number[];
}

/**
 * One self-contained page: the viewer's script, the surface and its recipe inside. Opens from a file, offline, and asks for
 * nothing from outside (its content-security policy forbids it).
 */
export function exportHtml(surface: Surface, options: HtmlOptions): Uint8Array {
  const { quantity } = quantityValues(surface, options.quantity);
  const { scale = surface.z === undefined ? 'linear' : isoScale(surface, quantity), valleys } = options;
  const marks = valleys === undefined ? [] : quantityTopology(surface, quantity, { scale, threshold: valleys }).points.map(({ kind, x, y }) => ({ kind, x, y }));
  return page(`${quantity} of ${surface.recipe.run.name ?? surface.recipe.run.id}`, quantity, { ...options, scale, marks }, { 'surface-data': new TextDecoder().decode(exportJson(surface)).trim() });
}

/** Several surfaces on one page, with a line of figures each. */
export function comparisonHtml(compared: readonly { readonly surface: Surface; readonly figures: string }[], options: HtmlOptions & { readonly shared?: boolean }): Uint8Array {
  const { quantity } = quantityValues(compared[0]!.surface, options.quantity);
  const documents = compared.map(({ surface, figures }) => `{"title":${JSON.stringify(surfaceTitle(surface))},"figures":${JSON.stringify(figures)},"surface":${new TextDecoder().decode(exportJson(surface)).trim()}}`);
  return page(`${quantity} of ${compared.map(({ surface }) => surfaceTitle(surface)).join(', ')}`, quantity, options, { 'surfaces-data': `[${documents.join(',')}]` });
}

/** Slices over training on one page, with a slider. */
export function seriesHtml(slices: readonly Surface[], options: HtmlOptions): Uint8Array {
  const [first] = slices;
  const { quantity } = quantityValues(first!, options.quantity);
  const documents = slices.map((surface) => `{"step":${Number(surface.recipe.run.checkpoint)},"surface":${new TextDecoder().decode(exportJson(surface)).trim()}}`);
  const { id, name = id } = first!.recipe.run;
  return page(`${quantity} of ${name} over training`, quantity, options, { 'series-data': `[${documents.join(',')}]` });
}

function page(heading: string, quantity: string, { viewer, scale = 'linear', colorMap = 'viridis', theme = 'system', shared = true, points = true, contours = true, path = true, shown = 'surface', relief = 1, levels, marks }: HtmlOptions & { readonly shared?: boolean; readonly marks?: readonly Pick<CriticalPoint, 'kind' | 'x' | 'y'>[] }, documents: Readonly<Record<string, string>>): Uint8Array {
  if (viewer.trim() === '') throw new UserError('landscape.export.viewer', 'the viewer script is empty', { hint: 'Build the program first: npm run build.' });
  const settings = JSON.stringify({ quantity, scale, colorMap, theme, shared, points, contours, path, shown, relief, levels, marks });
  // In a script element only "</" and "<!--" can end or change the text; "<" is escaped in the data, and split in the code.
  const data = Object.entries({ ...documents, 'surface-settings': settings }).map(([id, text]) => `<script type="application/json" id="${id}">${text.replaceAll('<', '\\u003c')}</script>`);
  const code = viewer.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--');
  const text = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:">
<title>${escapeXml(heading)}</title>
<style>
:root { color-scheme: light dark; }
html, body { margin: 0; height: 100%; background: #fff; font: 14px/1.4 system-ui, sans-serif; }
@media (prefers-color-scheme: dark) { html, body { background: #14171c; } }
#surface { height: 100%; }
</style>
</head>
<body>
<main id="surface"><noscript>This page draws a surface and needs JavaScript.</noscript></main>
${data.join('\n')}
<script>${code}</script>
</body>
</html>
`;
  return new TextEncoder().encode(text);
}
