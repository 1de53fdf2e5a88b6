import { basename } from 'node:path';
import { UserError } from '#core/graph';
import type { Notice, Probe, Reader, ReadOptions, TableSource } from '../source';
import { parseCsv } from './csv-parse';
import { CsvScan, delimiterName } from './csv-scan';
import { detectDelimiter, readSample, splitRecords } from './csv-sample';
import { isAligned, readPreface, unaligner } from './csv-preface';
import { columnNames } from './column-names';
import { streamFile } from './file-stream';
import { missingMarkers } from './missing';
import { TemporaryFile } from './temporary-file';
import type { TextFile } from './text-file';
import { openText } from './text-file';

const sampleBytes = 4 * 2 ** 20;

async function open(probe: Probe, options: ReadOptions): Promise<TableSource> {
  const notices: Notice[] = [];
  const text = await openText(probe, options, notices);
  try {
    return await read(text, probe, options, notices);
  } finally {
    await text.dispose();
  }
}

async function read(text: TextFile, probe: Probe, options: ReadOptions, notices: Notice[]): Promise<TableSource> {
  const file = basename(probe.path);
  const head = new TextDecoder().decode(await text.head(sampleBytes));
  const divider = (sample: string): string =>
    options.delimiter ?? (/\.(tsv|tab)$/i.test(file) && sample.includes('\t') ? '\t' : detectDelimiter(sample));
  const preface = readPreface(head, divider);
  const start = text.mark + preface.bytes;
  const aligned = options.delimiter === undefined && isAligned(head.slice(preface.bytes));
  const delimiter = aligned ? ' ' : divider(head.slice(preface.bytes));
  if (delimiter.length !== 1 || delimiter.charCodeAt(0) > 127 || '"\r\n'.includes(delimiter)) {
    throw new UserError('data.csv.delimiter', `"${delimiter}" cannot be a delimiter.`, { hint: 'Use one character, for instance "," or ";" or a tab.' });
  }
  if (preface.lines > 0) {
    notices.push({ code: 'csv.remarks', message: `${file}: ${preface.lines === 1 ? 'the first line begins' : `the first ${preface.lines} lines begin`} with # and ${preface.lines === 1 ? 'is' : 'are'} left out.` });
  }

  // The bytes as DuckDB shall see them.
  const stream = (use: (bytes: Uint8Array) => void | Promise<void>): Promise<void> => {
    const change = aligned ? unaligner() : null;
    return streamFile(text.path, (bytes) => use(change ? change(bytes) : bytes), options.signal, start);
  };
  const scan = new CsvScan(file, { delimiter }, preface.lines + 1);
  await stream((bytes) => scan.write(bytes));
  scan.end();
  if (scan.records === 0) throw new UserError('data.empty', `${file} holds only blank lines.`, { hint: 'Open a file with rows.' });
  const sample = aligned ? new TextDecoder().decode(unaligner()(new TextEncoder().encode(head.slice(preface.bytes)))) : head.slice(preface.bytes);
  const layout = { text, probe, delimiter,scan, sample, options, notices };
  if (preface.bytes === 0 && !aligned && !scan.irregular) return typed(layout, text.path);
  const copy = await TemporaryFile.create();
  try {
    const pieces: Uint8Array[] = [];
    const rewrite = new CsvScan(file, { delimiter }, preface.lines + 1, (bytes) => pieces.push(bytes));
    await stream(async (bytes) => {
      rewrite.write(bytes);
      await copy.write(Buffer.concat(pieces.splice(0)));
    });
    await copy.finish();
    return await typed(layout, copy.path);
  } finally {
    await copy.dispose();
  }
}

/** A file of separated values whose every record is known to have the same number of cells. */
interface Layout {
  text: TextFile;
  probe: Probe;
  delimiter: string;
  scan: CsvScan;
  sample: string;
  options: ReadOptions;
  notices: Notice[];
}

/** Header, names and types, then the values from the file at `path`. */
async function typed({ text, probe, delimiter, scan, sample, options, notices }: Layout, path: string): Promise<TableSource> {
  const file = basename(probe.path);
  const missing = missingMarkers(options);
  const records = splitRecords(sample, delimiter, 1000);
  // The sample may end in the middle of a record.
  if (text.bytes > sampleBytes && records.length > 1) records.pop();
  const reading = readSample(records, delimiter, missing, options.header);
  const rows = scan.records - (reading.header ? 1 : 0);
  if (rows === 0) {
    throw new UserError('data.empty', `${file} holds the names of ${scan.width} columns and no rows.`, {
      hint: 'If its only line is data, open it with the choice "no header".',
    });
  }
  const names = columnNames(reading.header ? reading.names.map((name) => name.trim()) : [], scan.width, file, notices);
  if (!reading.header && options.header === undefined) {
    notices.push({
      code: 'csv.no-header',
      message: `${file}: the first line looks like data, so the columns are named column0 to column${scan.width - 1}.`,
      hint: 'If the first line holds the names, open the file with the choice "header".',
    });
  }
  if (!',\t'.includes(delimiter)) notices.push({ code: 'csv.delimiter', message: `${file}: cells are divided by ${delimiterName(delimiter)}.` });
  if (reading.decimalComma) notices.push({ code: 'csv.decimal-comma', message: `${file}: numbers are read with a decimal comma.` });
  for (const index of reading.codes) {
    notices.push({
      code: 'csv.codes',
      message: `Column "${names[index]}" holds digits with leading zeros, or more than 15 of them: kept as text, so that nothing of them is lost.`,
    });
  }

  const columns = await parseCsv({
    file, path, dialect: { delimiter }, reading, names, rows, longest: scan.longest, missing, notices, signal: options.signal,
  });
  return {
    kind: 'table', name: file, format: delimiter === '\t' ? 'tsv' : 'csv', path: probe.path, bytes: probe.bytes,
    fingerprint: text.fingerprint, notices, rows, columns, encoding: text.encoding,
  };
}

/** Text has no zeros, save UTF-16; anything else that no other reader knew is not ours. */
function recognises(probe: Probe): boolean {
  if (probe.directory) return false;
  if (/\.(csv|tsv|tab|txt|data|dat)$/i.test(probe.path)) return true;
  return !probe.head.includes(0) && /[,;\t|]/.test(new TextDecoder('latin1').decode(probe.head)) && !/\.[a-z]\w*$/i.test(basename(probe.path));
}

/** Comma-, semicolon- and tab-separated values. */
export const csvReader: Reader = {
  format: 'csv',
  title: 'Comma- or tab-separated values',
  extensions: ['csv', 'tsv', 'tab', 'txt', 'data', 'dat'],
  recognises,
  open,
};
