import { CommanderError } from 'commander';
import { describe, expect, it } from 'vitest';
import { UserError } from '#core/graph';
import { describeFailure } from '../../../core/host/cli/failure';
import { createTerminal, duration, number, size, table } from '../../../core/host/cli/terminal';

function captured(json: boolean) {
  const written = { out: '', err: '' };
  const err = Object.assign(Object.create(null) as NodeJS.WritableStream, { write: (text: string) => ((written.err += text), true) });
  return { written, terminal: createTerminal(json, { out: { write: (text) => (written.out += text) }, err }) };
}

describe('describeFailure', () => {
  it("leaves with 1 for a user's mistake, said without a stack", () => {
    const { code, document, text } = describeFailure(new UserError('data.csv.ragged', 'row 7 has 3 cells, 4 were expected', { hint: 'Look at row 7.' }));
    expect(code).toBe(1);
    expect(document).toEqual({ error: { code: 'data.csv.ragged', message: 'row 7 has 3 cells, 4 were expected', hint: 'Look at row 7.', ours: false } });
    expect(text).toBe('basin: row 7 has 3 cells, 4 were expected\n  Look at row 7.');
  });

  it('leaves with 2 for a fault of ours, said with its stack', () => {
    const { code, document, text } = describeFailure(new TypeError('x is not a function'));
    expect(code).toBe(2);
    expect(document).toMatchObject({ error: { message: 'x is not a function', ours: true } });
    expect(text).toContain('terminal.test.ts');
  });

  it('leaves with 0 after help and with 1 after a wrong option', () => {
    expect(describeFailure(new CommanderError(0, 'commander.helpDisplayed', '(outputHelp)')).code).toBe(0);
    expect(describeFailure(new CommanderError(1, 'commander.unknownOption', "error: unknown option '--x'"))).toMatchObject({ code: 1, document: { error: { message: "unknown option '--x'" } } });
  });
});

describe('the terminal', () => {
  it('prints one document for machines: typed arrays as lists, what JSON has no number for as null', () => {
    const { written, terminal } = captured(true);
    terminal.note('working');
    terminal.result({ values: Float64Array.of(1, NaN, Infinity), counts: Int32Array.of(2) }, () => 'for people');
    expect(written).toEqual({ out: '{"values":[1,null,null],"counts":[2]}\n', err: 'working\n' });
  });

  it('prints lines for people, and progress in steps of five percent where nobody watches', () => {
    const { written, terminal } = captured(false);
    const bar = terminal.progress('Training', 1000);
    for (let step = 1; step <= 1000; step++) bar.update(step, { remainingSeconds: 1000 - step });
    bar.end();
    terminal.result({}, () => ['a', 'b']);
    expect(written.out).toBe('a\nb\n');
    expect(written.err.trim().split('\n')).toHaveLength(21);
    expect(written.err).toContain('Training: 50 %, 8 min 20 s left\n');
  });

  it('writes numbers, sizes and durations as people do', () => {
    expect([0, 59.6, 61, 3_600, 7_500, NaN].map(duration)).toEqual(['0 s', '1 min 00 s', '1 min 01 s', '1 h 00 min', '2 h 05 min', '-']);
    expect([0, 999, 1_000, 13_478, 2.5e9].map(size)).toEqual(['0 B', '999 B', '1.00 kB', '13.5 kB', '2.50 GB']);
    expect([3, 0.123456, 1234.567, 1e-9, NaN, -Infinity].map(number)).toEqual(['3', '0.1235', '1235', '1.000e-9', 'NaN', '-infinite']);
  });

  it('lines columns up, numbers to the right', () => {
    expect(table(['name', 'n'], [['a', 5], ['long', 12]])).toEqual(['name   n', '----  --', 'a      5', 'long  12']);
  });
});
