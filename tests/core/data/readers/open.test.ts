import { chmodSync, mkdirSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { openableExtensions, openableFormats, openSource } from '#core/data';
import { refusal, scratch } from './files';

const { write, path } = scratch();

describe('paths that cannot be opened', () => {
  it('missing, empty, and of no known format', async () => {
    const missing = path('missing.csv');
    expect(await refusal(openSource(missing))).toMatchObject({ code: 'data.missing', message: `There is no file or folder ${missing}.` });
    const empty = write('empty.csv', '');
    expect(await refusal(openSource(empty))).toMatchObject({ code: 'data.empty', message: `The file ${empty} is empty (0 bytes).` });
    mkdirSync(path('nothing'));
    expect((await refusal(openSource(path('nothing')))).message).toBe(`The folder ${path('nothing')} is empty.`);
    const unknown = await refusal(openSource(write('film.mp4', Buffer.from([0, 0, 0, 32, 102, 116, 121, 112]))));
    expect(unknown).toMatchObject({ code: 'data.unknown-format', message: 'film.mp4 is nothing that Basin knows how to open.' });
    expect((await refusal(openSource(write('sheet.xlsx', Buffer.from([0x50, 0x4b, 3, 4]))))).hint).toMatch(/^Save the sheet as CSV\./);
    expect((await refusal(openSource(write('table.csv.gz', gzipSync('a,b'))))).hint).toMatch(/^Unpack it first/);
    for (const { title } of openableFormats) expect(unknown.hint).toContain(title);
  });

  it.skipIf(process.platform === 'win32' || process.getuid?.() === 0)('without permission', async () => {
    const secret = write('secret.csv', 'a,b\n1,2\n');
    chmodSync(secret, 0);
    expect(await refusal(openSource(secret))).toMatchObject({ code: 'data.permission', message: `No permission to read ${secret}.` });
  });
});

describe('formats', () => {
  it('are told by content where the name says nothing', async () => {
    expect((await openSource(write('table', 'a,b\n1,2\n'))).format).toBe('csv');
    expect((await openSource(write('records', '[{"a":1}]'))).format).toBe('json');
    expect((await openSource(write('lines', '{"a":1}\n{"a":2}\n'))).format).toBe('ndjson');
  });

  it('have endings for file dialogs, each once', () => {
    expect(new Set(openableExtensions).size).toBe(openableExtensions.length);
    for (const ending of ['csv', 'tsv', 'json', 'ndjson', 'parquet', 'gz', 'npy', 'npz', 'zip']) expect(openableExtensions).toContain(ending);
  });
});

describe('stopping', () => {
  it.each([['a.csv', 'a,b\n1,2\n'], ['a.json', '[{"a":1}]']])('opening %s ends with the reason given', async (name, contents) => {
    const reason = new Error('stopped by the user');
    await expect(openSource(write(name, contents), { signal: AbortSignal.abort(reason) })).rejects.toSatisfy(
      (error: unknown) => error === reason || (error as Error).name === 'AbortError',
    );
  });
});
