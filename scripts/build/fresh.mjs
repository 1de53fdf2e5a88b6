// What was built from what: a hash of every input, so that a touched or checked-out file that did not change builds nothing.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cache, root } from '../root.mjs';

/**
 * @param {string} path relative to the project
 * @returns {string[]} the files at and below it, in one order on every system
 */
function filesBelow(path) {
  const absolute = join(root, path);
  if (!existsSync(absolute)) return [];
  if (statSync(absolute).isFile()) return [path];
  return readdirSync(absolute, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => (entry.isDirectory() ? filesBelow(`${path}/${entry.name}`) : [`${path}/${entry.name}`]));
}

/** @param {string[]} inputs files and folders relative to the project */
function fingerprint(inputs) {
  const hash = createHash('sha256');
  for (const file of inputs.flatMap(filesBelow)) {
    const content = readFileSync(join(root, file));
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

/** @param {string} target */
const record = (target) => join(cache, 'build', target);

/**
 * @param {string} target
 * @param {string[]} inputs
 * @param {string[]} outputs that must be there
 */
export function isFresh(target, inputs, outputs) {
  if (!existsSync(record(target)) || !outputs.every((file) => existsSync(join(root, file)))) return false;
  return readFileSync(record(target), 'utf8') === fingerprint(inputs);
}

/**
 * @param {string} target
 * @param {string[]} inputs
 */
export function markFresh(target, inputs) {
  mkdirSync(join(cache, 'build'), { recursive: true });
  writeFileSync(record(target), fingerprint(inputs));
}
