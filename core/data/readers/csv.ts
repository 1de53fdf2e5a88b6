import { basename } from 'node:path';
import { UserError } from '#core/graph';
import type { Notice, Probe, Reader, ReadOptions, TableSource } from '../source';
import { parseCsv } from './csv-parse';
import { CsvScan, delimiterName } from './csv-scan';
import { detectDelimiter, readSample, splitRecords } from './csv-sample';
import { columnNames } from './column-names';
import { streamFile } from './file-stream';
import { missingMarkers } from './missing';
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
  const missing = missingMarkers(options);
  const sample = new TextDecoder().decode(await text.head(sampleBytes));
  const whole = text.bytes <= sampleBytes;
  const delimiter = options.delimiter ?? (/\.(tsv|tab)$/i.test(file) && sample.includes('\t') ? '\t' : detectDelimiter(sample));
  if (delimiter.length !== 1 || delimiter.charCodeAt(0) > 127 || '"\r\n'.includes(delimiter)) {
    throw new UserError('data.csv.delimiter', `"${delimiter}" cannot be a delimiter.`, { hint: 'Use one character, for instance "," or ";" or a tab.' });
  }

  const scan = new CsvScan(file, { delimiter });
  await streamFile(text.path, (bytes) => scan.write(bytes), options.signal, text.mark);
  scan.end();
  if (scan.records === 0) throw new UserError('data.empty', `${file} holds only blank lines.`, { hint: 'Open a file with rows.' });

  const records = splitRecords(sample, delimiter, 1000);
  // The sample may end in the middle of a record.
  if (!whole && records.length > 1) records.pop();
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
    file, path: text.path, dialect: { delimiter }, reading, names, rows, longest: scan.longest, missing, notices, signal: options.signal,
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
