import { suggestion, UserError } from '#core/graph';
import { nameAt, numberAt } from '../cells';
import type { Column, NumberColumn, SequenceSource, TableSource, TextColumn } from '../source';
import type { SequenceReading } from '../specification';

/** Rows of a table as sequences: which rows make up each, in the order of time. */
type Rows = Int32Array[];

/**
 * A table read as sequences.
 *
 * - `long`: a row is a step; rows with the same id are a sequence, ordered by `order` (or as they stand). Longer sequences keep
 *   their last `length` steps, shorter ones are preceded by missing ones.
 * - `wide`: a row is a sequence; its number columns are `steps` times the same features.
 * - `window`: the table is one series; every stretch of `length` rows is an example, its target the target column `horizon` rows on.
 *
 * @param target column to predict: of each sequence one value (the last row's); undefined where nothing is predicted
 */
export function sequencesFromTable(source: TableSource, reading: SequenceReading, target: string | undefined): SequenceSource {
  const known = (name: string, field: string): Column => {
    const column = source.columns.find((each) => each.name === name);
    if (column) return column;
    throw new UserError('data.unknown-column', `${source.name}: ${field} names column "${name}", which is not there: ${suggestion(name, source.columns.map((each) => each.name))}`);
  };
  const aim = target === undefined ? undefined : known(target, 'data.target');
  const described = { name: source.name, format: source.format, path: source.path, bytes: source.bytes, fingerprint: source.fingerprint, notices: source.notices };
  if (reading.from === 'wide') return wide(source, described, reading.steps, aim);
  const order = reading.order === undefined ? undefined : known(reading.order, 'data.sequence.order');
  const id = reading.from === 'long' ? known(reading.id, 'data.sequence.id') : undefined;
  const inputs = source.columns.filter((column): column is NumberColumn =>
    column.storage === 'number' && column !== id && column !== order && !(reading.from === 'long' && column === aim));
  if (inputs.length === 0) throw new UserError('data.no-inputs', `${source.name}: no column of numbers is left for the steps`);
  const all = sorted(Int32Array.from({ length: source.rows }, (_, i) => i), order);
  const { rows, aims } = reading.from === 'long' ? grouped(source, all, id!) : windows(source, all, reading, aim);
  const steps = reading.from === 'window' ? reading.length : reading.length ?? Math.max(...rows.map((each) => each.length));
  const values = new Float32Array(rows.length * steps * inputs.length).fill(NaN);
  rows.forEach((own, sequence) => {
    const kept = own.subarray(Math.max(0, own.length - steps));
    const begin = (sequence + 1) * steps - kept.length;
    kept.forEach((row, step) => inputs.forEach((column, i) => (values[(begin + step) * inputs.length + i] = numberAt(column, row))));
  });
  return { ...described, kind: 'sequences', count: rows.length, steps, features: inputs.map(({ name }) => name), values, ...(aim && { target: pick(aim, aims) }) };
}

function sorted(rows: Int32Array, order: Column | undefined): Int32Array {
  if (order === undefined) return rows;
  const keys = order.storage === 'date' ? order.values : Float64Array.from(rows, (row) => numberAt(order, row));
  return rows.sort((a, b) => keys[a]! - keys[b]! || a - b);
}

function grouped(source: TableSource, order: Int32Array, id: Column): { rows: Rows; aims: Int32Array } {
  const groups = new Map<string, number[]>();
  for (const row of order) {
    const name = nameAt(id, row);
    if (name === null) throw new UserError('data.sequence.id', `${source.name}: the sequence "${id.name}" of row ${row + 1} is missing`);
    const list = groups.get(name);
    if (list) list.push(row);
    else groups.set(name, [row]);
  }
  const rows = [...groups.values()].map((list) => Int32Array.from(list));
  return { rows, aims: Int32Array.from(rows, (own) => own.at(-1)!) };
}

function windows(source: TableSource, order: Int32Array, { length, horizon, stride }: Extract<SequenceReading, { from: 'window' }>, aim: Column | undefined): { rows: Rows; aims: Int32Array } {
  const ahead = aim === undefined ? 0 : horizon;
  const count = Math.floor((order.length - length - ahead) / stride) + 1;
  if (count < 2) {
    throw new UserError('data.sequence.short', `${source.name}: ${order.length} rows are too few for windows of ${length}${ahead > 0 ? ` and ${ahead} ahead` : ''}`, { hint: 'Choose shorter windows in data.sequence.length.' });
  }
  const rows = Array.from({ length: count }, (_, i) => order.slice(i * stride, i * stride + length));
  return { rows, aims: Int32Array.from(rows, (_, i) => order[i * stride + length - 1 + ahead]!) };
}

function wide(source: TableSource, described: Omit<SequenceSource, 'kind' | 'count' | 'steps' | 'features' | 'values'>, steps: number, aim: Column | undefined): SequenceSource {
  const inputs = source.columns.filter((column): column is NumberColumn => column.storage === 'number' && column !== aim);
  if (inputs.length === 0 || inputs.length % steps !== 0) {
    throw new UserError('data.sequence.steps', `${source.name}: ${inputs.length} columns of numbers do not divide into ${steps} steps`, {
      hint: 'Set data.sequence.steps to a divisor of the number of columns.',
    });
  }
  const values = new Float32Array(source.rows * inputs.length);
  for (let row = 0; row < source.rows; row++) inputs.forEach((column, i) => (values[row * inputs.length + i] = numberAt(column, row)));
  const width = inputs.length / steps;
  const features = inputs.slice(0, width).map(({ name }) => name);
  return {
    ...described, kind: 'sequences', count: source.rows, steps, features, values, ...(source.parts && { parts: source.parts }),
    ...(aim && { target: pick(aim, Int32Array.from({ length: source.rows }, (_, i) => i)) }),
  };
}

/** One value of the target for each sequence. */
function pick(column: Column, rows: Int32Array): NumberColumn | TextColumn {
  if (column.storage === 'number' || column.storage === 'date') return { name: column.name, storage: 'number', values: Float64Array.from(rows, (row) => column.values[row]!) };
  const dictionary = column.storage === 'text' ? column.dictionary : ['false', 'true'];
  return { name: column.name, storage: 'text', codes: Int32Array.from(rows, (row) => column.codes[row]!), dictionary };
}
