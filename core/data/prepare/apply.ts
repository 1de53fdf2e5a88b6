import { suggestion, UserError } from '#core/graph';
import { isMissing } from '../cells';
import { encodeSequences } from '../sequence/prepare-sequences';
import { sequencesFromTable } from '../sequence/from-table';
import { textWindows, wholeText } from '../text/prepare-text';
import type { Column, ImageSource, Notice, SequenceSource, Source, TableSource, TextSource } from '../source';
import type { PreparationReport, PreparedPart } from './dataset';
import { rowsToDrop } from './encode';
import { applyImageTransform } from './images';
import { encodeTable } from './table';
import { targetOfNewData, targetValues } from './target';
import type { ImageTransform, SequenceTransform, TableTransform, TextTransform, Transform } from './transform';

/** New data treated as the training data were. */
export interface Applied extends Omit<PreparedPart, 'y'> {
  /** Present when every row used has a target that the model knows. */
  y?: Int32Array | Float32Array;
  /** Rows without a usable target, or with a class the model does not know. */
  withoutTarget: number;
  report: PreparationReport;
}

interface ApplyOptions {
  onlyLabelled?: boolean;
  signal?: AbortSignal;
}

const kindNames = { table: 'a table', images: 'pictures', sequences: 'sequences', text: 'text' } as const;
const wantedKind = { table: 'table', image: 'images', sequence: 'sequences', text: 'text' } as const;

/**
 * Treats new data with a transform fitted before: for predictions on another file, and for its evaluation.
 * @param onlyLabelled leaves out the rows without a target that the model knows
 * @throws UserError where columns are missing or the data are of another kind
 */
export async function applyTransform(transform: Transform, source: Source, options: ApplyOptions = {}): Promise<Applied> {
  const report: PreparationReport = { dropped: [], imputed: [], keptOut: [], warnings: [] };
  const given = transform.input === 'sequence' && source.kind === 'table' && transform.reading !== null
    ? sequencesFromTable(source, transform.reading, source.columns.some(({ name }) => name === transform.target.name) ? transform.target.name : undefined)
    : source;
  if (given.kind !== wantedKind[transform.input]) {
    throw new UserError('data.other-kind', `${source.name} holds ${kindNames[source.kind]}, the model was trained on ${kindNames[wantedKind[transform.input]]}`);
  }
  switch (transform.input) {
    case 'text': return applyText(transform, given as TextSource, report);
    case 'sequence': return applySequences(transform, given as SequenceSource, options, report);
    case 'image': return applyImages(transform, given as ImageSource, options, report);
    case 'table': return applyTable(transform, given as TableSource, options, report);
  }
}

/** Rows to use, and how to give the parts of the result together. */
function labelling(transform: Transform, column: Column | undefined, count: number, { onlyLabelled = false }: ApplyOptions, report: PreparationReport) {
  const values = targetOfNewData(transform.target, column, count);
  const usable = (row: number): boolean => values !== undefined && (values instanceof Int32Array ? values[row]! >= 0 : !Number.isNaN(values[row]!));
  const all = Int32Array.from({ length: count }, (_, row) => row);
  const withoutTarget = all.filter((row) => !usable(row)).length;
  const finish = (rows: Int32Array, x: Float32Array): Applied => {
    const labelled = values !== undefined && rows.every(usable);
    return { count: rows.length, x, rows, withoutTarget, report, ...(labelled ? { y: targetValues(transform.target, values, rows, x) } : {}) };
  };
  return { rows: onlyLabelled ? all.filter(usable) : all, finish };
}

async function applyImages(transform: ImageTransform, source: ImageSource, options: ApplyOptions, report: PreparationReport): Promise<Applied> {
  const { rows, finish } = labelling(transform, source.target, source.count, options, report);
  return finish(rows, await applyImageTransform(transform, source, rows, options.signal));
}

function applyText(transform: TextTransform, source: TextSource, report: PreparationReport): Applied {
  const { count, x, y } = textWindows(transform, wholeText(source), transform.length, report);
  return { count, x, y, rows: Int32Array.from({ length: count }, (_, i) => i), withoutTarget: 0, report };
}

function applySequences(transform: SequenceTransform, source: SequenceSource, options: ApplyOptions, report: PreparationReport): Applied {
  const { steps, features, vocabulary } = transform;
  if (source.steps !== steps || source.features.length !== features.length || source.vocabulary?.join() !== vocabulary?.join()) {
    throw new UserError('data.sequence.shape', `${source.name} holds sequences of ${source.steps} steps of ${source.features.length}, the model was trained on ${steps} steps of ${features.length}${vocabulary ? ' with other tokens' : ''}`);
  }
  const { rows, finish } = labelling(transform, source.target, source.count, options, report);
  const x = encodeSequences(transform, source.values, rows);
  const { next } = source;
  if (transform.target.task !== 'language-model') return finish(rows, x);
  return { count: rows.length, x, rows, withoutTarget: next ? 0 : rows.length, report, ...(next && { y: next.slice() }) };
}

function applyTable(transform: TableTransform, source: TableSource, options: ApplyOptions, report: PreparationReport): Applied {
  const { columns } = transform;
  const { rows: labelled, finish } = labelling(transform, source.columns.find(({ name }) => name === transform.target.name), source.rows, options, report);
  requireColumns(source, columns.map(({ name }) => name));
  report.warnings.push(...wordsForNumbers(source, columns));
  let rows = labelled;
  for (const column of columns) {
    const found = source.columns.find(({ name }) => name === column.name)!;
    const out = new Set(rowsToDrop(column, found, rows));
    if (out.size === 0) continue;
    report.dropped.push({ what: 'rows', count: out.size, reason: `"${column.name}" is missing` });
    rows = rows.filter((row) => !out.has(row));
  }
  return finish(rows, encodeTable(source, columns, rows, report));
}

function requireColumns(source: TableSource, wanted: readonly string[]): void {
  const names = source.columns.map(({ name }) => name);
  const absent = wanted.filter((name) => !names.includes(name));
  if (absent.length === 0) return;
  throw new UserError('data.missing-columns', `${source.name} lacks ${absent.length === 1 ? 'a column' : `${absent.length} columns`} the model was trained on: ${absent.map((name) => `"${name}"`).join(', ')}`, {
    hint: `It has ${names.slice(0, 12).map((name) => `"${name}"`).join(', ')}${names.length > 12 ? ' ...' : ''}; ${suggestion(absent[0]!, names)}`,
  });
}

/** Cells that hold a word where the model wants a number are taken as missing, and said. */
function wordsForNumbers(source: TableSource, columns: TableTransform['columns']): Notice[] {
  return columns.flatMap((transform) => {
    const column = source.columns.find(({ name }) => name === transform.name)!;
    if (transform.kind !== 'number' || column.storage !== 'text') return [];
    const words = [...column.codes.keys()].filter((row) => !isMissing(column, row) && !Number.isFinite(Number(column.dictionary[column.codes[row]!]!)));
    if (words.length === 0) return [];
    const first = words[0]!;
    return [{
      code: 'data.words-for-numbers',
      message: `${source.name}: column "${column.name}" holds words where numbers were expected, in ${words.length} rows (row ${first + 1}: "${column.dictionary[column.codes[first]!]!}"): taken as missing`,
    }];
  });
}
