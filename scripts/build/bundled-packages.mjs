// Which packages went into a bundle: their licences must travel with the program.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cache } from '../root.mjs';

/** @param {string} target */
const record = (target) => join(cache, 'build', `${target}.packages`);

/**
 * The folder of the package that a file belongs to, relative to the project, or undefined for a file of ours.
 *
 * @param {string} file as a bundler names it: relative, absolute, with a query, or virtual
 * @returns {string | undefined}
 */
export function packageFolder(file) {
  const path = file.replaceAll('\\', '/');
  const start = path.lastIndexOf('node_modules/');
  if (start < 0) return undefined;
  // Kept whole, since a package may lie within another's node_modules.
  const first = path.indexOf('node_modules/');
  const name = /^node_modules\/((?:@[^/]+\/)?[^/?]+)/.exec(path.slice(start))?.[1];
  return name === undefined ? undefined : `${path.slice(first, start)}node_modules/${name}`;
}

/**
 * @param {string} target of the build
 * @param {string[]} files that went into it
 */
export function rememberPackages(target, files) {
  const folders = new Set(files.map(packageFolder).filter((folder) => folder !== undefined));
  mkdirSync(join(cache, 'build'), { recursive: true });
  writeFileSync(record(target), JSON.stringify([...folders].sort(), null, 1));
}

/**
 * @param {string[]} targets
 * @returns {string[]} folders of packages, relative to the project
 */
export function bundledPackages(targets) {
  const known = targets.map(record).filter((file) => existsSync(file));
  return [...new Set(known.flatMap((file) => /** @type {string[]} */ (JSON.parse(readFileSync(file, 'utf8')))))].sort();
}
