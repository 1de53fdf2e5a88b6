import { UserError } from '#core/graph';
import { profileColumn } from '../infer/profile';
import { proposeTask } from '../infer/propose';
import { assemble, type Prepared } from '../prepare/assemble';
import type { PreparationReport } from '../prepare/dataset';
import { divide } from '../prepare/parts';
import { itself, readTarget, rowsWithTarget, type Target } from '../prepare/target';
import type { SequenceTransform } from '../prepare/transform';
import type { SequenceSource } from '../source';
import type { DataSpecification, SequenceReading } from '../specification';

/** Prepares sequences: features standardized over all steps of the training part, missing numbers at its mean; tokens as they are. */
export function prepareSequences(source: SequenceSource, specification: DataSpecification, reading: SequenceReading | null): Prepared {
  const { count, steps, features, vocabulary, values } = source;
  const width = features.length;
  const target = targetOf(source, specification);
  const report: PreparationReport = { dropped: [], imputed: [], keptOut: [], warnings: [] };
  const rows = rowsWithTarget(target);
  if (rows.length < count) report.dropped.push({ what: 'sequences', count: count - rows.length, reason: `the target "${target.name}" is missing` });
  const split = divide(source.name, rows, specification, target, source.parts);
  const scaling = vocabulary === undefined && specification.standardize
    ? statistics(source, split.train)
    : { mean: features.map(() => 0), scale: features.map(() => 1) };
  const transform: Omit<SequenceTransform, 'target'> = {
    input: 'sequence', steps, features, ...scaling, ...(vocabulary && { vocabulary }), reading,
  };
  const prepared = assemble({
    input: vocabulary ? 'text' : 'sequence', exampleShape: vocabulary ? [steps] : [steps, width], inputNames: [],
    features: [{
      name: vocabulary ? 'tokens' : 'steps', type: vocabulary ? 'tokens' : 'sequence', width: steps * width,
      treatment: vocabulary ? `${vocabulary.length} different tokens, ${steps} steps` : `${steps} steps of ${width}, ${specification.standardize ? 'standardized per feature' : 'as they are'}`,
    }],
    target, split, standardize: specification.standardize, encode: (part) => encodeSequences(transform, values, part),
    transformOf: (fitted) => ({ ...transform, target: fitted }), report,
  });
  const tokens = vocabulary ? { vocabulary: vocabulary.length } : {};
  if (target.task !== 'language-model') return { ...prepared, ...tokens };
  const asked = source.next!;
  const withTokens = (part: Prepared['train']): Prepared['train'] =>
    ({ ...part, y: Int32Array.from({ length: part.count * steps }, (_, at) => asked[part.rows[Math.floor(at / steps)]! * steps + (at % steps)]!) });
  return {
    ...prepared, ...tokens, classes: vocabulary!.length, train: withTokens(prepared.train),
    ...(prepared.validation && { validation: withTokens(prepared.validation) }),
    ...(prepared.test && { test: withTokens(prepared.test) }),
  };
}

/** Numbers of the given sequences as the network's input. */
export function encodeSequences({ steps, mean, scale }: Pick<SequenceTransform, 'steps' | 'mean' | 'scale'>, values: Float32Array, rows: Int32Array): Float32Array {
  const width = mean.length;
  const size = steps * width;
  const x = new Float32Array(rows.length * size);
  rows.forEach((row, i) => {
    for (let at = 0; at < size; at++) {
      const value = values[row * size + at]!;
      // What is missing (a step before the beginning, an empty cell) is the mean.
      x[i * size + at] = Number.isNaN(value) ? 0 : (value - mean[at % width]!) / scale[at % width]!;
    }
  });
  return x;
}

function targetOf(source: SequenceSource, { task, target }: DataSpecification): Target {
  const { name, target: column, next, vocabulary } = source;
  if (task === 'reconstruction') {
    if (vocabulary) throw new UserError('data.sequence.task', `${name} holds tokens: they are learnt by a language model, not restored`);
    return itself(source.count);
  }
  if (next !== undefined && (task === undefined || task === 'language-model')) return { ...itself(source.count), name: 'next token', task: 'language-model' };
  if (task === 'language-model') throw new UserError('data.sequence.task', `${name}: a language model needs text, or tokens with the next ones`);
  if (column === undefined) {
    throw new UserError('data.no-target', `${name}: the sequences have nothing to predict`, { hint: 'Name the column to predict in data.target, or choose the task reconstruction.' });
  }
  if (target !== undefined && target !== column.name) {
    throw new UserError('data.unknown-column', `${name}: data.target names "${target}"; the sequences have "${column.name}"`);
  }
  return readTarget(name, column, task ?? proposeTask(profileColumn(column)).task);
}

function statistics({ features, steps, values }: SequenceSource, rows: Int32Array): { mean: number[]; scale: number[] } {
  const width = features.length;
  const each = (f: (value: number, feature: number) => void): void =>
    rows.forEach((row) => {
      for (let at = 0; at < steps * width; at++) {
        const value = values[row * steps * width + at]!;
        if (!Number.isNaN(value)) f(value, at % width);
      }
    });
  const counts = features.map(() => 0);
  const totals = features.map(() => 0);
  each((value, feature) => {
    counts[feature]!++;
    totals[feature]! += value;
  });
  const mean = totals.map((total, feature) => total / Math.max(1, counts[feature]!));
  const squares = features.map(() => 0);
  each((value, feature) => (squares[feature]! += (value - mean[feature]!) ** 2));
  return { mean, scale: squares.map((square, feature) => Math.sqrt(square / Math.max(1, counts[feature]!)) || 1) };
}
