import { suggestion, UserError } from '#core/graph';
import { isMissing } from '../cells';
import type { Notice, Source, TableSource } from '../source';
import type { PreparationReport, PreparedPart } from './dataset';
import { rowsToDrop } from './encode';
import { applyImageTransform } from './images';
import { encodeTable } from './table';
import { targetOfNewData, targetValues } from './target';
import type { TableTransform, Transform } from './transform';

/** New data treated as the training data were. */
export interface Applied extends Omit<PreparedPart, 'y'> {
  /** Present when every row used has a target that the model knows. */
  y?: Int32Array | Float32Array;
  /** Rows without a usable target, or with a class the model does not know. */
  withoutTarget: number;
  report: PreparationReport;
}

/**
 * Treats new data with a transform fitted before: for predictions on another file, and for its evaluation.
 * @param onlyLabelled leaves out the rows without a target that the model knows
 * @throws UserError where columns are missing or the data are of another kind
 */
export async function applyTransform(transform: Transform, source: Source, { onlyLabelled = false, signal }: { onlyLabelled?: boolean; signal?: AbortSignal } = {}): Promise<Applied> {
  if ((source.kind === 'table') !== (transform.input === 'table')) {
    throw new UserError('data.other-kind', `${source.name} holds ${source.kind === 'table' ? 'a table' : 'pictures'}, the model was trained on ${transform.input === 'table' ? 'a table' : 'pictures'}`);
  }
  const report: PreparationReport = { dropped: [], imputed: [], keptOut: [], warnings: [] };
  const count = source.kind === 'table' ? source.rows : source.count;
  const targetColumn = source.kind === 'table' ? source.columns.find(({ name }) => name === transform.target.name) : source.target;
  const values = targetOfNewData(transform.target, targetColumn);
  const usable = (row: number): boolean => values !== undefined && (values instanceof Int32Array ? values[row]! >= 0 : !Number.isNaN(values[row]!));
  let rows = Int32Array.from({ length: count }, (_, row) => row);
  const withoutTarget = rows.filter((row) => !usable(row)).length;
  if (onlyLabelled) rows = rows.filter(usable);

  if (source.kind === 'images') {
    const x = await applyImageTransform(transform as Extract<Transform, { input: 'image' }>, source, rows, signal);
    return finish(x);
  }
  const columns = (transform as TableTransform).columns;
  requireColumns(source, columns.map(({ name }) => name));
  report.warnings.push(...wordsForNumbers(source, columns));
  for (const column of columns) {
    const found = source.columns.find(({ name }) => name === column.name)!;
    const out = new Set(rowsToDrop(column, found, rows));
    if (out.size === 0) continue;
    report.dropped.push({ what: 'rows', count: out.size, reason: `"${column.name}" is missing` });
    rows = rows.filter((row) => !out.has(row));
  }
  return finish(encodeTable(source, columns, rows, report));

  function finish(x: Float32Array): Applied {
    const labelled = values !== undefined && rows.every(usable);
    return { count: rows.length, x, rows, withoutTarget, report, ...(labelled ? { y: targetValues(transform.target, values, rows) } : {}) };
  }
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
