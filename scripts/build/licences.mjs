// dist/LICENSES.txt: the licences of every package that is in the program, bundled or beside it.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../root.mjs';
import { bundledPackages } from './bundled-packages.mjs';
import { nativePackages, neededByNative } from './native.mjs';

/** @typedef {{ name: string, version: string, licence: string, author: string, text: string }} Licence */

/** @param {unknown} person as package.json writes one: a string or a record */
function nameOf(person) {
  if (typeof person === 'string') return person;
  if (typeof person === 'object' && person !== null && 'name' in person) return String(person.name);
  return '';
}

/**
 * @param {string} folder of a package, absolute
 * @returns {string} the text it ships: its licence and notice files, else what its readme says about the licence
 */
function licenceText(folder) {
  const names = readdirSync(folder).filter((name) => /^(licen[cs]e|copying|notice|third-?party)/i.test(name) && !/\.(js|json|ts)$/.test(name));
  if (names.length > 0) return names.sort().map((name) => readFileSync(join(folder, name), 'utf8').trim()).join('\n\n');
  const readme = readdirSync(folder).find((name) => /^readme/i.test(name));
  if (readme === undefined) return '';
  return /^#+ *licen[cs](e|ing)[^\n]*\n[^]*?(?=^# |^## (?!#)|$(?![^]))/im.exec(readFileSync(join(folder, readme), 'utf8'))?.[0].trim() ?? '';
}

/**
 * @param {string} path of a package, relative to the project
 * @returns {Licence}
 */
function licenceOf(path) {
  const folder = join(root, path);
  const content = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const authors = [content.author, ...(content.contributors ?? [])].map(nameOf).filter(Boolean);
  return {
    name: content.name,
    version: content.version,
    licence: typeof content.license === 'string' ? content.license : (content.license?.type ?? 'not stated'),
    author: authors.join(', '),
    text: licenceText(folder),
  };
}

/** @param {string} pattern a package's name, or `@scope/*` for what is installed of it */
function installed(pattern) {
  if (!pattern.endsWith('/*')) return existsSync(join(root, 'node_modules', pattern)) ? [`node_modules/${pattern}`] : [];
  const scope = `node_modules/${pattern.slice(0, -2)}`;
  return existsSync(join(root, scope)) ? readdirSync(join(root, scope)).map((name) => `${scope}/${name}`) : [];
}

/** @returns {Licence[]} one for every package in the program, by name */
export function licences() {
  const beside = [...nativePackages.filter((name) => !name.startsWith('@tensorflow/')), ...neededByNative].flatMap(installed);
  const folders = new Set([...bundledPackages(['programs', 'viewer', 'window']), ...beside]);
  /** @type {Map<string, Licence>} */
  const found = new Map();
  for (const folder of folders) {
    if (!existsSync(join(root, folder, 'package.json'))) continue;
    const licence = licenceOf(folder);
    found.set(`${licence.name}@${licence.version}`, licence);
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

export async function buildLicences() {
  const line = '-'.repeat(100);
  const parts = licences().map(({ name, version, licence, author, text }) => {
    const head = `${name} ${version}\nLicence: ${licence}${author ? `\nBy: ${author}` : ''}`;
    return `${line}\n${head}\n\n${text || 'The package ships no text of its licence.'}`;
  });
  const opening = 'Basin is made with the packages below. Electron and Chromium come with their own notices beside the program.';
  writeFileSync(join(root, 'dist/LICENSES.txt'), `${opening}\n\n${parts.join('\n\n')}\n`);
}
