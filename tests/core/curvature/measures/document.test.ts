import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { describeMeasure, measureFamilies, measures } from '#core/curvature';

const path = new URL('../../../../docs/sharpness.md', import.meta.url);
const [begin, end] = ['<!-- measures: begin -->', '<!-- measures: end -->'];

const cell = (text: string): string => text.replaceAll('|', '\\|');
const code = (text: string): string => `\`${cell(text)}\``;

/** The table of all measures, from the catalogue. */
function table(): string {
  const families = Object.entries(measureFamilies).map(([family, title]) => {
    const rows = measures.filter((measure) => measure.family === family).map(describeMeasure).map(({ id, title: name, formula, meaning, unit, worse, invariant, nearly = [], source }) => {
      const same = [...invariant, ...nearly.map((each) => `nearly ${each}`)].join(', ');
      return `| ${code(id)} | **${cell(name)}**: ${code(formula)}. ${cell(meaning)} | ${cell(unit)} | ${worse ?? ''} | ${same} | ${cell(`${source.paper}, ${source.where}, ${source.id}`)} |`;
    });
    return [`### ${title} (\`${family}\`)`, '', '| id | measure | unit | worse | unchanged under | source |', '| --- | --- | --- | --- | --- | --- |', ...rows, ''].join('\n');
  });
  return families.join('\n');
}

it('docs/sharpness.md holds the catalogue as it is (BASIN_WRITE_DOCS=1 writes it)', () => {
  const text = readFileSync(path, 'utf8');
  const [before, rest] = text.split(begin) as [string, string];
  const written = `${before}${begin}\n\n${table()}\n${end}${rest.split(end)[1]!}`;
  if (process.env['BASIN_WRITE_DOCS'] === '1') writeFileSync(path, written);
  expect(readFileSync(path, 'utf8') === written ? 'as it is' : 'out of date').toBe('as it is');
});

it('every measure has a name of its own, and all that is said of it', () => {
  expect(new Set(measures.map(({ id }) => id)).size).toBe(measures.length);
  expect(new Set(measures.map(({ title }) => title)).size).toBe(measures.length);
  for (const { id, formula, meaning, source, unit, invariant } of measures) {
    expect(id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    for (const text of [formula, meaning, source.paper, source.where, unit]) expect(text.length).toBeGreaterThan(0);
    expect(source.id).toMatch(/^(arXiv:\d{4}\.\d{5}|10\.\d{4,}\/.+)$/);
    expect(invariant).toContain('permutation');
  }
});
