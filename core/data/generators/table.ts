import { createHash } from 'node:crypto';
import { Philox, UserError } from '#core/graph';
import type { Column, NumberColumn, TableSource } from '../source';

/** Name of the last column of every generated table: what is to be predicted. */
const targetName = 'target';

/** Most cells of a generated table: a GiB of numbers. */
const mostCells = 2 ** 27;

/** @throws UserError where a table would not fit in memory */
export function checkSize(use: string, rows: number, columns: number): void {
  if (rows * columns <= mostCells) return;
  throw new UserError('generator.too-large', `${use}: ${rows} examples of ${columns} numbers are more than ${mostCells} numbers, the most that is drawn.`, {
    hint: 'Lower count or dimensions.',
  });
}

/** Names of coordinates: `x`, `y` in the plane, `x1 ... xd` otherwise; a single one is `x`. */
export function coordinateNames(dimensions: number): string[] {
  if (dimensions === 1) return ['x'];
  if (dimensions === 2) return ['x', 'y'];
  return Array.from({ length: dimensions }, (_, i) => `x${i + 1}`);
}

/**
 * Adds independent normal noise to every feature, in place, from a stream of its own: the same seed with another standard
 * deviation moves the same points by proportional amounts.
 */
export function jitter(features: readonly Float64Array[], deviation: number, seed: number): void {
  if (deviation === 0) return;
  features.forEach((values, feature) => {
    const normals = new Philox(seed, 'generator.noise', feature).normals(values.length);
    for (let i = 0; i < values.length; i++) values[i]! += deviation * normals[i]!;
  });
}

/** Replaces each label, with probability `share`, by one of the other classes (all equally likely), in place. */
export function corrupt(labels: Int32Array, classes: number, share: number, seed: number): void {
  if (share === 0) return;
  const uniforms = new Philox(seed, 'generator.labels').uniforms(2 * labels.length);
  for (let i = 0; i < labels.length; i++) {
    if (uniforms[2 * i]! < share) labels[i] = (labels[i]! + 1 + Math.floor(uniforms[2 * i + 1]! * (classes - 1))) % classes;
  }
}

/** A table whose target is a class. @param labels index of each row's class in `classes` */
export function classTable(use: string, names: readonly string[], features: readonly Float64Array[], labels: Int32Array, classes: readonly string[]): TableSource {
  return table(use, labels.length, [...numbers(names, features), { name: targetName, storage: 'text', codes: labels, dictionary: [...classes] }]);
}

/** A table whose target is a number. */
export function numberTable(use: string, names: readonly string[], features: readonly Float64Array[], target: Float64Array): TableSource {
  return table(use, target.length, [...numbers(names, features), { name: targetName, storage: 'number', values: target }]);
}

const numbers = (names: readonly string[], features: readonly Float64Array[]): NumberColumn[] =>
  features.map((values, i) => ({ name: names[i]!, storage: 'number', values }));

function table(use: string, rows: number, columns: Column[]): TableSource {
  return { kind: 'table', name: use, format: 'generator', path: null, bytes: null, fingerprint: fingerprint(columns), notices: [], rows, columns };
}

/** SHA-256 of the columns: names, storage, dictionaries and cells. */
function fingerprint(columns: readonly Column[]): string {
  const hash = createHash('sha256');
  for (const column of columns) {
    hash.update(JSON.stringify([column.name, column.storage, column.storage === 'text' ? column.dictionary : null]));
    const cells = 'values' in column ? column.values : column.codes;
    hash.update(new Uint8Array(cells.buffer, cells.byteOffset, cells.byteLength));
  }
  return hash.digest('hex');
}
