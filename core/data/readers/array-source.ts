import { UserError } from '#core/graph';
import type { Column, NumberColumn, Notice, PictureSize, ReadOptions, SequenceSource, Source, TextColumn } from '../source';
import { blockAccess } from './array-images';
import { arrayTable } from './array-table';
import { DictionaryBuilder } from './dictionary';
import { labelColumn } from './labels';
import type { NpyArray, NumberArray } from './npy-file';

/** One part of a data set of arrays: inputs, and what is to be predicted where it is there. */
export interface ArrayPart {
  /** A `partCode`. */
  part: number;
  x: { name: string; array: NpyArray };
  y?: { name: string; array: NpyArray };
}

type Described = Pick<Source, 'name' | 'format' | 'path' | 'bytes' | 'fingerprint'> & { notices: Notice[] };

/**
 * Arrays as a table (rank 1 and 2), as pictures (rank 3: grey; rank 4: channels last or first), or (rank 3, if chosen) as sequences.
 * @throws UserError where lengths, shapes or types do not fit together
 */
export function arraySource(parts: readonly ArrayPart[], described: Described, { arrays = 'pictures' }: ReadOptions = {}): Source {
  const inputs = parts.map(({ x }) => numbersOf(described.name, x.name, x.array));
  const [first] = inputs as [NumberArray];
  if (first.shape.length === 0 || first.shape.length > 4) {
    throw new UserError('data.array.rank', `${described.name}: ${parts[0]!.x.name} has ${first.shape.length} dimensions; 1 to 4 can be read.`, {
      hint: 'Tables have two dimensions (rows, columns), pictures three or four.',
    });
  }
  inputs.forEach((array, i) => {
    if (array.shape.slice(1).join() !== first.shape.slice(1).join()) {
      throw new UserError('data.array.shape', `${described.name}: ${parts[i]!.x.name} has the shape ${array.shape.join(' x ')}, which does not fit ${parts[0]!.x.name}, ${first.shape.join(' x ')}.`, {
        hint: 'All parts need examples of the same shape.',
      });
    }
  });
  const rows = inputs.reduce((sum, { shape }) => sum + shape[0]!, 0);
  if (rows === 0) throw new UserError('data.empty', `${described.name} holds no examples (shape ${first.shape.join(' x ')}).`);
  const targets = targetColumns(parts, inputs, described);
  const split = parts.some(({ part }) => part !== 0)
    ? { parts: Uint8Array.from(parts.flatMap(({ part }, i) => new Array<number>(inputs[i]!.shape[0]!).fill(part))) }
    : {};
  if (arrays === 'sequences' && first.shape.length === 3) return { ...described, ...split, ...sequencesOf(parts, inputs, rows, targets, described) };
  return first.shape.length <= 2
    ? { ...described, ...split, ...tableOf(inputs, rows, targets) }
    : { ...described, ...split, ...picturesOf(parts, inputs, rows, targets, described) };
}

function numbersOf(file: string, name: string, array: NpyArray): NumberArray {
  if (array.kind === 'numbers') return array;
  throw new UserError('data.array.type', `${file}: ${name} holds strings where numbers are expected.`, { hint: 'Inputs must be numbers; tables with text are read from CSV or Parquet.' });
}

function tableOf(inputs: readonly NumberArray[], rows: number, targets: readonly Column[]): { kind: 'table'; rows: number; columns: Column[] } {
  const [first] = inputs as [NumberArray];
  const joined = inputs.length === 1 ? first.values : concatenate(inputs.map(({ values }) => values));
  const { columns } = arrayTable(joined, [rows, ...first.shape.slice(1)]);
  return { kind: 'table', rows, columns: [...columns, ...targets] };
}

function sequencesOf(parts: readonly ArrayPart[], inputs: readonly NumberArray[], count: number, targets: readonly Column[], { name }: Described): Pick<SequenceSource, 'kind' | 'count' | 'steps' | 'features' | 'values' | 'target'> {
  const [, steps, width] = inputs[0]!.shape as [number, number, number];
  const [target, ...more] = targets;
  if (more.length > 0) throw new UserError('data.array.targets', `${name}: ${parts[0]!.y!.name} has ${targets.length} values a sequence; one is expected.`);
  const values = Float32Array.from(inputs.length === 1 ? inputs[0]!.values : concatenate(inputs.map((input) => input.values)));
  const classed = target && (target.storage === 'text' ? target : asLabels(target as NumberColumn, parts));
  return { kind: 'sequences', count, steps, features: Array.from({ length: width }, (_, i) => `x${i + 1}`), values, ...(classed && { target: classed }) };
}

type Pictures = Pick<Extract<Source, { kind: 'images' }>, 'kind' | 'count' | 'size' | 'sameSize' | 'target' | 'pixels' | 'sourceName'>;

function picturesOf(parts: readonly ArrayPart[], inputs: readonly NumberArray[], count: number, targets: readonly Column[], described: Described): Pictures {
  const { size, channelsFirst } = pictureLayout(inputs[0]!.shape, described.name, parts[0]!.x.name);
  const [target, ...more] = targets;
  if (more.length > 0) {
    throw new UserError('data.array.targets', `${described.name}: ${parts[0]!.y!.name} has ${targets.length} values a picture; one is expected.`, { hint: 'Give one label (or one number) a picture.' });
  }
  if (!target) described.notices.push({ code: 'images.unlabelled', message: `${described.name} holds pictures without labels.` });
  // Bytes and floats do not mix: one scale for all.
  const bytes = inputs.every(({ values }) => values instanceof Uint8Array);
  const blocks = inputs.map(({ values, shape }, i) => {
    const stored = bytes ? (values as Uint8Array) : Float32Array.from(values);
    return { name: parts[i]!.x.name, count: shape[0]!, pixels: channelsFirst ? channelsLast(stored, shape) : stored };
  });
  const classed = target && (target.storage === 'text' ? target : asLabels(target as NumberColumn, parts));
  return { kind: 'images', count, size, sameSize: true, ...(classed ? { target: classed } : {}), ...blockAccess(blocks, size) };
}

/** Numbers as classes where they look like it. Pictures without a label in their part have none. */
function asLabels(column: NumberColumn, parts: readonly ArrayPart[]): TextColumn | NumberColumn {
  const known = column.values.filter((value) => !Number.isNaN(value));
  const labels = labelColumn(known, parts.every(({ y }) => !y || (y.array.kind === 'numbers' && y.array.integers)));
  if (labels.storage === 'number' || known.length === column.values.length) return labels.storage === 'number' ? { ...labels, values: column.values } : labels;
  let next = 0;
  return { ...labels, codes: Int32Array.from(column.values, (value) => (Number.isNaN(value) ? -1 : labels.codes[next++]!)) };
}

/** Which axis holds the channels: the one of 1 or 3; where neither is, the one that is much the shortest. */
function pictureLayout(shape: readonly number[], file: string, name: string): { size: PictureSize; channelsFirst: boolean } {
  const [, a, b, c] = shape as [number, number, number, number?];
  if (c === undefined) return { size: { height: a, width: b, channels: 1 }, channelsFirst: false };
  const colour = (extent: number): boolean => extent === 1 || extent === 3;
  const few = (extent: number, others: readonly number[]): boolean => extent <= 16 && others.every((other) => other > extent);
  if (colour(c) || (!colour(a) && few(c, [a, b]))) return { size: { height: a, width: b, channels: c }, channelsFirst: false };
  if (colour(a) || few(a, [b, c])) return { size: { height: b, width: c, channels: a }, channelsFirst: true };
  throw new UserError('data.array.channels', `${file}: in the shape ${shape.join(' x ')} of ${name} neither the second nor the last dimension looks like colour channels (1 or 3).`, {
    hint: 'Save pictures as (count, height, width), (count, height, width, channels) or (count, channels, height, width).',
  });
}

function channelsLast<T extends Uint8Array | Float32Array>(values: T, shape: readonly number[]): T {
  const [count, channels, height, width] = shape as [number, number, number, number];
  const plane = height * width;
  const output = values.slice() as T;
  for (let n = 0; n < count; n++) {
    const start = n * channels * plane;
    for (let c = 0; c < channels; c++) for (let p = 0; p < plane; p++) output[start + p * channels + c] = values[start + c * plane + p]!;
  }
  return output;
}

/** The targets of all parts, one after another; missing where a part has none. */
function targetColumns(parts: readonly ArrayPart[], inputs: readonly NumberArray[], { name, notices }: Described): Column[] {
  const given = parts.find(({ y }) => y)?.y;
  if (!given) return [];
  const arrays = parts.map(({ x, y }, i) => {
    const rows = inputs[i]!.shape[0]!;
    if (y && y.array.shape[0] !== rows) {
      throw new UserError('data.array.count', `${name}: ${x.name} holds ${rows} examples, ${y.name} holds ${y.array.shape[0] ?? 'one value for all'}${y.array.shape.length ? ' labels' : ''}.`, {
        hint: 'Both arrays need the same length.',
      });
    }
    if (y && (y.array.shape.length > 2 || y.array.kind !== given.array.kind || (y.array.shape[1] ?? 1) !== (given.array.shape[1] ?? 1))) {
      throw new UserError('data.array.targets', `${name}: ${y.name} has the shape ${y.array.shape.join(' x ')}${y.array.kind === given.array.kind ? '' : ` and holds ${y.array.kind}`}; one label an example is expected, alike in all parts.`);
    }
    return { rows, array: y?.array };
  });
  const width = given.array.shape[1] ?? 1;
  if (given.array.kind === 'strings') {
    if (width > 1) throw new UserError('data.array.targets', `${name}: ${given.name} has ${width} strings an example; one is expected.`);
    const builder = new DictionaryBuilder();
    for (const { rows, array } of arrays) for (let row = 0; row < rows; row++) builder.add(array?.kind === 'strings' ? array.values[row]! : null);
    return [builder.column('y')];
  }
  const rows = arrays.map(({ rows, array }) => (array?.kind === 'numbers' ? array.values : new Float64Array(rows * width).fill(NaN)));
  const joined = concatenate(rows);
  const total = joined.length / width;
  if (width > 1 && isOneHot(joined, width)) {
    notices.push({ code: 'array.one-hot', message: `${name}: ${given.name} has one 1 among ${width} numbers an example and is read as ${width} classes.` });
    const values = new Float64Array(total);
    for (let row = 0; row < total; row++) values[row] = Number.isNaN(joined[row * width]!) ? NaN : joined.subarray(row * width, (row + 1) * width).indexOf(1);
    return [{ name: 'y', storage: 'number', values }];
  }
  return width === 1 ? arrayTable(joined, [total], 'y').columns : arrayTable(joined, [total, width], 'y').columns;
}

function concatenate(arrays: readonly ArrayLike<number>[]): Float64Array {
  const joined = new Float64Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const array of arrays) {
    joined.set(array, at);
    at += array.length;
  }
  return joined;
}

/** Whether each row has a single 1 and else zeros, or is missing. */
function isOneHot(values: Float64Array, width: number): boolean {
  for (let start = 0; start < values.length; start += width) {
    let ones = 0;
    if (Number.isNaN(values[start]!)) continue;
    for (let i = start; i < start + width; i++) {
      if (values[i] === 1) ones++;
      else if (values[i] !== 0) return false;
    }
    if (ones !== 1) return false;
  }
  return true;
}
