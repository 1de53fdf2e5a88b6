import { UserError } from '#core/graph';
import { isMissing, lengthOf, nameAt, numberAt } from '../cells';
import type { Task } from '../infer/propose';
import { orderNames } from '../natural-order';
import type { Column } from '../source';
import type { TargetTransform } from './transform';

/** The column to predict, read: which rows have a value, and the classes. */
export interface Target {
  name: string;
  task: Task;
  classNames: string[];
  /** Class or number of each row of the source; -1 or NaN where the row has no target. */
  values: Int32Array | Float64Array;
}

/**
 * Reads the target.
 * @throws UserError where there is nothing to tell apart: one class, a class for every row, words for a regression.
 */
export function readTarget(source: string, column: Column, task: Task): Target {
  const rows = lengthOf(column);
  const { name } = column;
  if (task === 'regression') {
    const values = Float64Array.from({ length: rows }, (_, i) => numberAt(column, i));
    const odd = column.storage === 'text' ? values.findIndex((value, i) => Number.isNaN(value) && !isMissing(column, i)) : -1;
    if (odd >= 0) {
      throw new UserError('data.target-words', `${source}: regression on "${name}", but row ${odd + 1} holds "${nameAt(column, odd)}", which is not a number`, {
        hint: 'Choose classification, or another target.',
      });
    }
    const present = values.filter((value) => !Number.isNaN(value));
    if (present.length > 0 && present.every((value) => value === present[0])) {
      throw new UserError('data.target-constant', `${source}: the target "${name}" is ${present[0]} in every row: there is nothing to learn`, { hint: 'Choose another target.' });
    }
    return { name, task, classNames: [], values };
  }
  const names = new Set<string>();
  let present = 0;
  for (let i = 0; i < rows; i++) {
    const value = nameAt(column, i);
    if (value === null) continue;
    names.add(value);
    present++;
  }
  if (names.size < 2) {
    throw new UserError('data.target-one-class', `${source}: the target "${name}" has ${names.size === 1 ? `one class only ("${[...names][0]}")` : 'no value at all'}: there is nothing to tell apart`, {
      hint: 'Choose another target, or add examples of a second class.',
    });
  }
  if (names.size === present) {
    throw new UserError('data.target-all-classes', `${source}: the target "${name}" has as many classes as rows (${present}): no class could be learnt from one example`, {
      hint: column.storage === 'text' ? 'Choose another target; this one looks like an identifier.' : 'Choose regression, or another target.',
    });
  }
  const classNames = orderNames([...names]);
  const index = new Map(classNames.map((value, i) => [value, i]));
  return { name, task, classNames, values: classIndices(column, index) };
}

/** Class of every row; -1 where the cell is missing or its class is not known. */
function classIndices(column: Column, index: ReadonlyMap<string, number>): Int32Array {
  const rows = lengthOf(column);
  return Int32Array.from({ length: rows }, (_, i) => index.get(nameAt(column, i) ?? '') ?? -1);
}

/** The target of a reconstruction: the example itself. */
export const itself = (rows: number): Target => ({ name: 'the example itself', task: 'reconstruction', classNames: [], values: new Float64Array(rows) });

/** Rows that have a target. */
export function rowsWithTarget({ values }: Target): Int32Array {
  const rows: number[] = [];
  values.forEach((value: number, row: number) => {
    if (values instanceof Int32Array ? value >= 0 : !Number.isNaN(value)) rows.push(row);
  });
  return Int32Array.from(rows);
}

/** The target's part of the transform, fitted on the training rows. */
export function fitTarget(target: Target, train: Int32Array, standardize: boolean): TargetTransform {
  const { name, task, classNames, values } = target;
  if (task === 'classification') return { task, name, classes: classNames };
  if (task !== 'regression') return { task, name };
  if (!standardize) return { task, name, mean: 0, scale: 1 };
  let total = 0;
  for (const row of train) total += values[row]!;
  const mean = total / train.length;
  let squares = 0;
  for (const row of train) squares += (values[row]! - mean) ** 2;
  return { task, name, mean, scale: Math.sqrt(squares / train.length) || 1 };
}

/** Class indices, standardized numbers, or the examples `x` themselves, of the given rows. */
export function targetValues(transform: TargetTransform, values: Int32Array | Float64Array, rows: Int32Array, x: Float32Array): Int32Array | Float32Array {
  switch (transform.task) {
    case 'classification': return Int32Array.from(rows, (row) => values[row]!);
    case 'regression': return Float32Array.from(rows, (row) => (values[row]! - transform.mean) / transform.scale);
    case 'reconstruction': return x;
    case 'language-model': return new Int32Array(0);
  }
}

/** The target's values in new data, or undefined where the data have no such column. */
export function targetOfNewData(transform: TargetTransform, column: Column | undefined, rows: number): Int32Array | Float64Array | undefined {
  if (transform.task === 'reconstruction') return new Float64Array(rows);
  if (column === undefined) return undefined;
  return transform.task === 'classification'
    ? classIndices(column, new Map(transform.classes.map((name, i) => [name, i])))
    : Float64Array.from({ length: lengthOf(column) }, (_, i) => numberAt(column, i));
}
