import type { Drawing } from './drawing';
import { svgElement } from './svg';
import { escapeXml } from './xml';

export interface StaticPage {
  readonly title: string;
  /** Said of the picture to those who do not see it. */
  readonly description: string;
  readonly picture: Readonly<Record<'light' | 'dark', Pick<Drawing, 'width' | 'height' | 'shapes'>>>;
  /** Markup below the picture: tables and texts, escaped. */
  readonly body: string;
  /** What makes it again, shown folded. */
  readonly recipe: unknown;
  /** JSON by the id of the element that holds it. */
  readonly data: Readonly<Record<string, string>>;
}

/** One page that needs nothing else, opens offline and runs no script: a picture, what is known of it, the recipe and the numbers. */
export function staticPage({ title, description, picture, body, recipe, data }: StaticPage): string {
  const held = Object.entries(data).map(([id, json]) => `<script type="application/json" id="${id}">${json.replaceAll('<', '\\u003c')}</script>`);
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
<div class="light" role="img" aria-label="${escapeXml(description)}">${svgElement(picture.light)}</div>
<div class="dark" aria-hidden="true">${svgElement(picture.dark)}</div>
${body}
<details><summary>What makes it again</summary><pre>${escapeXml(JSON.stringify(recipe, null, 2))}</pre></details>
</main>
${held.join('\n')}
</body>
</html>
`;
}

/** A table with a heading of its own in each row's first cell. */
export function htmlTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = ([first = '', ...cells]: readonly string[]): string => `<tr><th scope="row">${escapeXml(first)}</th>${cells.map((cell) => `<td>${escapeXml(cell)}</td>`).join('')}</tr>`;
  return `<table>\n<thead><tr>${head.map((name) => `<th scope="col">${escapeXml(name)}</th>`).join('')}</tr></thead>\n<tbody>${rows.map(line).join('')}</tbody>\n</table>`;
}
