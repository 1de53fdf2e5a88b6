import { describeMeasure, measureFamilies, measures, type MeasureDefinition } from '#core/curvature';
import type { MeasuresFile, StoredMeasure } from './store';

export const measuresFormats = ['csv', 'json', 'html'] as const;
export type MeasuresFormat = (typeof measuresFormats)[number];

/** A measure with what was found of it. */
export interface MeasureRow extends MeasureDefinition {
  readonly found: StoredMeasure;
}

/** What was measured in the order of the table, each with its definition. */
export function measureRows({ results }: Pick<MeasuresFile, 'results'>): MeasureRow[] {
  return measures.flatMap((measure) => {
    const found = results.find(({ id }) => id === measure.id);
    return found ? [{ ...describeMeasure(measure), found }] : [];
  });
}

/** The report as the contents of a file. */
export function exportMeasures(file: MeasuresFile, format: MeasuresFormat): string {
  const rows = measureRows(file);
  if (format === 'csv') return csv(rows);
  if (format === 'html') return html(file, rows);
  const definitions = rows.map(({ found, work: _, ...definition }) => ({ ...definition, ...found }));
  return `${JSON.stringify({ ...file, results: definitions }, null, 1)}\n`;
}

function csv(rows: readonly MeasureRow[]): string {
  const cell = (value: string | number | null | undefined): string => {
    const text = value === undefined || value === null ? '' : String(value);
    return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const head = ['id', 'title', 'family', 'value', 'low', 'high', 'interval', 'unit', 'worse', 'invariant', 'source', 'note'];
  const lines = rows.map(({ found, ...of }) => [
    of.id, of.title, of.family, found.value, found.interval?.[0], found.interval?.[1], found.interval && found.kind, of.unit, of.worse, of.invariant.join(' '),
    sourceText(of), found.unavailable ?? found.note,
  ]);
  return [head, ...lines].map((line) => `${line.map(cell).join(',')}\r\n`).join('');
}

/** `Authors year, title, eq. 3 (arXiv:...)` */
export const sourceText = ({ source: { paper, where, id } }: Pick<MeasureDefinition, 'source'>): string => `${paper}, ${where} (${id})`;

const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
const digits = (value: number): string => String(Number(value.toPrecision(4)));

/** What is said of the gap between the training part and the held-out part. */
export function gapText(gap: NonNullable<MeasuresFile['gap']>): string {
  const { train, heldOut } = gap;
  const parts = [`loss ${digits(heldOut.loss - train.loss)} (${heldOut.split} ${digits(heldOut.loss)}, training ${digits(train.loss)})`];
  if (train.error !== null && heldOut.error !== null) parts.push(`error ${digits(100 * (heldOut.error - train.error))} % (${heldOut.split} ${digits(100 * heldOut.error)} %, training ${digits(100 * train.error)} %)`);
  return `Generalization gap: ${parts.join('; ')}`;
}

function html(file: MeasuresFile, rows: readonly MeasureRow[]): string {
  const { run, request, examples, device, gap } = file;
  const cells = ({ found }: MeasureRow): string => {
    if (found.value === undefined) return `<td class="no" colspan="2">${escape(found.unavailable ?? '')}</td>`;
    const ends = found.interval?.map((end) => (end === null ? 'unbounded' : digits(end)));
    return `<td class="n">${digits(found.value)}</td><td class="n">${ends ? `${ends.join(' to ')}` : ''}</td>`;
  };
  const body = rows.map((row) => `<tr><td><details><summary>${escape(row.title)}</summary><p><code>${escape(row.formula)}</code></p><p>${escape(row.meaning)}</p><p>${escape(sourceText(row))}</p>` +
    `<p>Unchanged under: ${row.invariant.length > 0 ? row.invariant.join(', ') : 'nothing'}.</p>${row.found.note === undefined ? '' : `<p>${escape(row.found.note)}</p>`}</details></td>` +
    `<td>${escape(measureFamilies[row.family])}</td>${cells(row)}<td>${escape(row.unit)}</td></tr>`);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Measures of ${escape(run.name)}</title>
<style>
:root { color-scheme: light dark; }
body { max-width: 1100px; margin: 2rem auto; padding: 0 1rem; font: 14px/1.45 system-ui, sans-serif; }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 4px 8px; border-bottom: 1px solid #8884; text-align: left; vertical-align: top; }
.n { text-align: right; white-space: nowrap; }
.no { color: #888; }
details p { margin: 4px 0 4px 1rem; }
</style></head><body>
<h1>Measures of ${escape(run.name)}</h1>
<p>Checkpoint ${escape(run.checkpoint)}, step ${run.step}${run.member === undefined ? '' : `, member ${run.member}`}; ${escape(request.split)} part, ${examples} examples, seed ${request.seed}; on ${escape(device)}.</p>
${gap ? `<p>${escape(gapText(gap))}</p>\n` : ''}<table>
<thead><tr><th>Measure</th><th>Family</th><th class="n">Value</th><th class="n">Interval</th><th>Unit</th></tr></thead>
<tbody>
${body.join('\n')}
</tbody>
</table>
</body></html>
`;
}
