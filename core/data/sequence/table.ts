import type { Column, NumberColumn, SequenceSource, TableSource, TextColumn } from '../source';

/**
 * Sequences as a table, a row each: `x.1, x.2 ...` for the numbers of a step (features side by side), or the tokens as words, then what
 * is to be predicted. What a wide table is read from (`data.sequence.from: "wide"`).
 */
export function sequenceTable(source: SequenceSource): TableSource {
  const { count, steps, features, vocabulary, values, target, next } = source;
  const width = features.length;
  const at = (row: number, step: number, feature: number): number => values[(row * steps + step) * width + feature]!;
  const columns: Column[] = [];
  for (let step = 0; step < steps; step++) {
    features.forEach((feature, i) => {
      const name = `${feature}.${step + 1}`;
      columns.push(vocabulary
        ? words(name, vocabulary, Int32Array.from({ length: count }, (_, row) => at(row, step, i)))
        : numbers(name, Float64Array.from({ length: count }, (_, row) => at(row, step, i))));
    });
  }
  if (next && vocabulary) {
    for (let step = 0; step < steps; step++) columns.push(words(`next.${step + 1}`, vocabulary, Int32Array.from({ length: count }, (_, row) => next[row * steps + step]!)));
  }
  if (target) columns.push(target);
  const { name, format, path, bytes, fingerprint, parts, notices } = source;
  return { kind: 'table', name, format, path, bytes, fingerprint, notices, rows: count, columns, ...(parts && { parts }) };
}

const words = (name: string, dictionary: string[], codes: Int32Array): TextColumn => ({ name, storage: 'text', codes, dictionary });
const numbers = (name: string, values: Float64Array): NumberColumn => ({ name, storage: 'number', values });
