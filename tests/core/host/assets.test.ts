import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { assetPath, builtPath, programRoot } from '../../../core/host/assets';

it("finds the program's folder from wherever its code runs", () => {
  expect(programRoot()).toBe(join(import.meta.dirname, '../../..'));
  expect(existsSync(join(programRoot(), 'package.json'))).toBe(true);
});

it('names a missing file and what to do', () => {
  expect(() => assetPath('specs/nothing.json')).toThrow(/A file of the program is missing: .*nothing\.json/);
  expect(() => builtPath('nothing.js')).toThrow(expect.objectContaining({ hint: 'Run "npm run build" in the clone.' }));
});
