import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cells, openTable, scratch } from './files';

const { write } = scratch();

/** A cell as any careful program would write it. */
function quoted(cell: string, always: boolean, delimiter: string): string {
  return always || cell === '' || /["\r\n]/.test(cell) || cell.includes(delimiter) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

const cell = fc.string({ unit: fc.constantFrom('a', 'é', '€', '😀', '"', ',', ';', '\n', '\r\n', ' ', "'", '\\', '#', '5', '.', '-'), maxLength: 6 });

describe('what a careful program writes comes back as it was', () => {
  it('text with quotes, delimiters, line ends and letters of every length', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 4 }).chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 8 })),
        fc.constantFrom(',', ';', '\t', '|'),
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        fc.boolean(),
        async (rows, delimiter, lineEnd, always, lastEnd) => {
          const width = rows[0]!.length;
          // A letter before each cell keeps it text whatever it holds.
          const texts = rows.map((row) => row.map((text) => `t${text}`));
          const header = Array.from({ length: width }, (_, i) => `column ${i}`);
          const lines = [header, ...texts].map((row) => row.map((text) => quoted(text, always, delimiter)).join(delimiter));
          const source = await openTable(write('round.csv', lines.join(lineEnd) + (lastEnd ? lineEnd : '')), { header: true, delimiter });
          expect(source.columns.map(({ name }) => name)).toEqual(header);
          source.columns.forEach((column, index) => expect(cells(column)).toEqual(texts.map((row) => row[index])));
        },
      ),
      { numRuns: 40 },
    );
  });

  it('numbers, to the last bit', async () => {
    // A whole number of more than 15 digits is an identifier to the reader, and stays text.
    const value = fc.double({ noNaN: true }).filter((number) => !/^-?\d{16,}$/.test(String(number)));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(value, fc.option(fc.integer())), { minLength: 1, maxLength: 50 }), async (rows) => {
        const lines = rows.map(([a, b]) => `${Object.is(a, -0) ? '-0' : a},${b ?? ''}`);
        const source = await openTable(write('numbers.csv', `a,b\n${lines.join('\n')}\n`));
        expect(cells(source.columns[0])).toEqual(rows.map(([a]) => a));
        expect(cells(source.columns[1])).toEqual(rows.map(([, b]) => b));
      }),
      { numRuns: 40 },
    );
  });
});
