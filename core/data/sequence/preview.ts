import { cellAt } from '../cells';
import type { SequenceSource, TextSource } from '../source';

type Cell = string | number | boolean | null;
interface Rows {
  columns: string[];
  rows: Cell[][];
  total: number;
}

/** Characters of a line of a text's preview. */
const lineLength = 110;

/** A text as lines, wrapped where they are long: one row each, with the document it is of where there are several. */
export function textRows({ documents }: TextSource, offset: number, limit: number): Rows {
  const several = documents.length > 1;
  const lines = documents.flatMap(({ name, text }) =>
    text.split(/\r?\n/).flatMap((line) => (line === '' ? [''] : line.match(new RegExp(`.{1,${lineLength}}`, 'gsu')) ?? [])).map((line) => (several ? [name, line] : [line])));
  return { columns: several ? ['document', 'text'] : ['text'], rows: lines.slice(offset, offset + limit), total: lines.length };
}

/** Sequences as rows: tokens as words, or the numbers of the first steps; then what is to be predicted. */
export function sequenceRows(source: SequenceSource, offset: number, limit: number): Rows {
  const { count, steps, features, vocabulary, values, target, next } = source;
  const width = features.length;
  const shown = Math.min(steps, vocabulary ? steps : Math.max(1, Math.floor(12 / width)));
  const end = Math.min(count, offset + limit);
  const number = (value: number): Cell => (Number.isNaN(value) ? null : Number(value.toPrecision(4)));
  const rows = Array.from({ length: Math.max(0, end - offset) }, (_, i): Cell[] => {
    const row = offset + i;
    const own = values.subarray(row * steps * width, (row * steps + shown) * width);
    const cells: Cell[] = vocabulary ? [Array.from(own, (token) => vocabulary[token] ?? '').join(' ')] : Array.from(own, number);
    if (next && vocabulary) cells.push(Array.from(next.subarray(row * steps, (row + 1) * steps), (token) => (token < 0 ? '·' : vocabulary[token] ?? '')).join(' '));
    if (target) cells.push(cellAt(target, row));
    return cells;
  });
  const names = vocabulary ? ['tokens'] : Array.from({ length: shown * width }, (_, at) => `${features[at % width]}.${Math.floor(at / width) + 1}`);
  return { columns: [...names, ...(next ? ['next tokens'] : []), ...(target ? [target.name] : [])], rows, total: count };
}
