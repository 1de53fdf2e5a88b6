import { extname } from 'node:path';
import { suggestion, UserError } from '#core/graph';
import { partCode } from '../source';
import { sequenceTable } from '../sequence/table';
import type { ImageSource, Notice, Source, TableSource, TextSource } from '../source';
import { wholeText } from '../text/prepare-text';
import { delimitedNotices, writeDelimited } from './delimited';
import { writeFileWhole, writeFolderWhole } from './destination';
import type { Chunks, WriteOptions } from './destination';
import { idxFiles, isIdxName } from './idx';
import { writeNdjson } from './ndjson';
import { pngZip } from './png-zip';

export type { WriteOptions } from './destination';

export interface WrittenDataset {
  path: string;
  /** The files in the folder, where a folder was written. */
  files?: string[];
  bytes: number;
  /** What the format cannot hold. */
  notices: Notice[];
}

/** What a table and pictures can be written as: the ending (none is a folder), and a title for people. */
export const writableFormats: Readonly<Record<Source['kind'], readonly { ending: string; title: string }[]>> = {
  table: [
    { ending: '.csv', title: 'Comma-separated values' },
    { ending: '.tsv', title: 'Tab-separated values' },
    { ending: '.ndjson', title: 'JSON, one object a line' },
  ],
  images: [
    { ending: '.zip', title: 'Archive of PNG files, a folder each class' },
    { ending: '', title: 'Folder of IDX files, as MNIST' },
  ],
  sequences: [
    { ending: '.csv', title: 'Comma-separated values, a row a sequence' },
    { ending: '.tsv', title: 'Tab-separated values, a row a sequence' },
    { ending: '.ndjson', title: 'JSON, a sequence a line' },
  ],
  text: [{ ending: '.txt', title: 'Text' }],
};

/**
 * Writes a data set in the format that the path's ending names: `.csv`, `.tsv`, `.ndjson` or `.jsonl` for tables, `.zip` (of PNG
 * files) or a folder (of gzipped IDX files) for pictures; sequences as tables, text as `.txt`. Written whole or not at all.
 *
 * @throws UserError where something lies there and `overwrite` is not set, the format cannot hold the data, or the disk refuses
 */
export async function writeDataset(source: Source, path: string, options: WriteOptions = {}): Promise<WrittenDataset> {
  switch (source.kind) {
    case 'table': return writeTable(source, path, options);
    case 'images': return writeImages(source, path, options);
    case 'sequences': return writeTable(sequenceTable(source), path, options);
    case 'text': return writeText(source, path, options);
  }
}

async function writeText(source: TextSource, path: string, options: WriteOptions): Promise<WrittenDataset> {
  const ending = extname(path).toLowerCase();
  if (ending !== '.txt') throw unknownEnding('Text', path, ['.txt']);
  return { path, bytes: await writeFileWhole(path, [wholeText(source)], options), notices: [] };
}

async function writeTable(source: TableSource, path: string, options: WriteOptions): Promise<WrittenDataset> {
  const [chunks, notices] = tableAs(source, path);
  if (source.parts?.some((part) => part !== partCode.none)) {
    notices.push({ code: 'write.parts', message: 'A table has no place for training and test parts: all rows are written, in order.' });
  }
  return { path, bytes: await writeFileWhole(path, chunks, options), notices };
}

function tableAs(source: TableSource, path: string): [Chunks, Notice[]] {
  switch (extname(path).toLowerCase()) {
    case '.csv': return [writeDelimited(source, ','), delimitedNotices(source)];
    case '.tsv': return [writeDelimited(source, '\t'), delimitedNotices(source)];
    case '.ndjson':
    case '.jsonl': return [writeNdjson(source), []];
    default: throw unknownEnding('A table', path, ['.csv', '.tsv', '.ndjson', '.jsonl']);
  }
}

async function writeImages(source: ImageSource, path: string, options: WriteOptions): Promise<WrittenDataset> {
  switch (extname(path).toLowerCase()) {
    case '.zip': {
      const { chunks, notices } = pngZip(source, options.signal);
      return { path, bytes: await writeFileWhole(path, chunks, options), notices };
    }
    case '': {
      const { files, notices } = idxFiles(source, options.signal);
      return { path, files: files.map(({ name }) => name), bytes: await writeFolderWhole(path, files, isIdxName, options), notices };
    }
    default: throw unknownEnding('Pictures', path, ['.zip']);
  }
}

function unknownEnding(what: string, path: string, endings: readonly string[]): UserError {
  const ending = extname(path);
  const folder = what === 'Pictures' ? ', or a folder (a name without ending)' : '';
  return new UserError('write.format', `${what} cannot be written as "${ending}": ${suggestion(ending, endings)}`, {
    hint: `Endings that can be written: ${endings.join(', ')}${folder}.`,
  });
}
