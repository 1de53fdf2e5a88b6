import { escapeXml } from '#core/figure';
import { UserError } from '#core/graph';
import type { Surface } from '../surface';
import type { ColorMapName } from './colors';
import { exportJson } from './json';
import { quantityValues, type MeshOptions } from './mesh';

export interface HtmlOptions extends MeshOptions {
  /** Source of the viewer script (the built `surface-viewer.js`). */
  readonly viewer: string;
  readonly colorMap?: ColorMapName;
  readonly theme?: 'light' | 'dark' | 'system';
}

/**
 * One self-contained page: the viewer's script, the surface and its recipe inside. Opens from a file, offline, and asks for
 * nothing from outside (its content-security policy forbids it).
 */
export function exportHtml(surface: Surface, { viewer, quantity, scale = 'linear', colorMap = 'viridis', theme = 'system' }: HtmlOptions): Uint8Array {
  if (surface.z !== undefined) {
    throw new UserError('landscape.export.volume', 'a volume has no interactive page yet', { hint: 'Save its iso-surfaces as .gltf, or all of it as .vti.' });
  }
  if (viewer.trim() === '') throw new UserError('landscape.export.viewer', 'the viewer script is empty', { hint: 'Build the program first: npm run build.' });
  const chosen = quantityValues(surface, quantity).quantity;
  const title = escapeXml(`${chosen} of ${surface.recipe.run.name ?? surface.recipe.run.id}`);
  const settings = JSON.stringify({ quantity: chosen, scale, colorMap, theme });
  // In a script element only "</" and "<!--" can end or change the text; "<" is escaped in the data, and split in the code.
  const data = new TextDecoder().decode(exportJson(surface)).trim().replaceAll('<', '\\u003c');
  const code = viewer.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--');
  const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:">
<title>${title}</title>
<style>
:root { color-scheme: light dark; }
html, body { margin: 0; height: 100%; background: #fff; font: 14px/1.4 system-ui, sans-serif; }
@media (prefers-color-scheme: dark) { html, body { background: #14171c; } }
#surface { height: 100%; }
</style>
</head>
<body>
<main id="surface"><noscript>This page draws a surface and needs JavaScript.</noscript></main>
<script type="application/json" id="surface-data">${data}</script>
<script type="application/json" id="surface-settings">${settings}</script>
<script>${code}</script>
</body>
</html>
`;
  return new TextEncoder().encode(page);
}
