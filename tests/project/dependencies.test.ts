import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nativePackages } from '../../scripts/build/native.mjs';
import { root } from '../../scripts/root.mjs';

interface Manifest {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  optionalDependencies: Record<string, string>;
}

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
const runTime = Object.keys(manifest.dependencies);
const all = [...runTime, ...Object.keys(manifest.devDependencies), ...Object.keys(manifest.optionalDependencies)];

/** Every source file below a folder. */
function sources(folder: string): string[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((file) => join(folder, file))
    .filter((file) => /\.(ts|mjs|svelte|css|html)$/.test(file) && !file.includes('node_modules'));
}

/** The packages that files import, by name. */
function imported(files: string[]): Set<string> {
  const found = new Set<string>();
  for (const file of files) {
    const text = readFileSync(join(root, file), 'utf8');
    for (const [, source = ''] of text.matchAll(/(?:from|import|import\(|require\(|resolve\(|@import)\s*['"]([^'"]+)['"]/g)) {
      const name = /^(@[^/]+\/[^/]+|[^@./#][^/]*)/.exec(source)?.[1];
      if (name !== undefined && !isBuiltin(source)) found.add(name);
    }
  }
  return found;
}

describe('package.json', () => {
  it('gives every package a line of why in docs/dependencies.md, and the page names no other', () => {
    const page = readFileSync(join(root, 'docs/dependencies.md'), 'utf8');
    const rows = [...page.matchAll(/^\| ([^|]+) \| ([^|]+) \|$/gm)].filter(([, names]) => names !== 'package' && !names?.startsWith('---'));
    const listed = rows.flatMap(([, names = '']) => names.replace(' (optional)', '').split(', '));
    expect(listed.sort()).toEqual(all.sort());
    for (const [, names, why = ''] of rows) expect(why.trim().length, names).toBeGreaterThan(8);
  });

  it('keeps beside the program only what the build leaves out of it', () => {
    const left = (name: string) => nativePackages.some((pattern) => pattern === name || (pattern.endsWith('/*') && name.startsWith(pattern.slice(0, -1))));
    expect(runTime.filter((name) => !left(name))).toEqual([]);
    expect(Object.keys(manifest.devDependencies).filter(left)).toEqual([]);
  });

  it('names every package that the code imports', () => {
    const used = imported(['core', 'electron', 'renderer', 'scripts', 'bin', 'tests', 'bench'].flatMap(sources));
    // `virtual:` modules and the like are no packages; a name in a text is no import.
    const unknown = [...used].filter((name) => !all.includes(name) && existsSync(join(root, 'node_modules', name)));
    expect(unknown).toEqual([]);
  });

  it('runs no code of a package while it is installed', () => {
    expect(readFileSync(join(root, '.npmrc'), 'utf8')).toMatch(/^ignore-scripts=true$/m);
  });
});
