import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { isFresh, markFresh } from '../../scripts/build/fresh.mjs';
import { cache, root } from '../../scripts/root.mjs';

let folder: string;
let input: string;
let output: string;
const target = `test-${process.pid}`;

beforeEach(() => {
  mkdirSync(cache, { recursive: true });
  folder = mkdtempSync(join(cache, 'fresh-'));
  input = relative(root, folder).replaceAll('\\', '/');
  output = `${input}/out/made`;
  mkdirSync(join(folder, 'source'));
  mkdirSync(join(folder, 'out'));
  writeFileSync(join(folder, 'source/a.ts'), 'one');
  writeFileSync(join(root, output), 'made');
});

afterEach(() => {
  rmSync(folder, { recursive: true });
  rmSync(join(cache, 'build', target), { force: true });
});

const fresh = () => isFresh(target, [`${input}/source`], [output]);

it('is stale before the first build, and fresh after it', () => {
  expect(fresh()).toBe(false);
  markFresh(target, [`${input}/source`]);
  expect(fresh()).toBe(true);
});

it('looks at contents, not at times', () => {
  markFresh(target, [`${input}/source`]);
  utimesSync(join(folder, 'source/a.ts'), new Date(), new Date());
  expect(fresh()).toBe(true);
  writeFileSync(join(folder, 'source/a.ts'), 'two');
  expect(fresh()).toBe(false);
});

it('notices a new file, a renamed one, and a missing output', () => {
  markFresh(target, [`${input}/source`]);
  writeFileSync(join(folder, 'source/b.ts'), '');
  expect(fresh()).toBe(false);
  markFresh(target, [`${input}/source`]);
  rmSync(join(root, output));
  expect(fresh()).toBe(false);
});
