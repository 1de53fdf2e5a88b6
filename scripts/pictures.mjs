// npm run pictures: takes the pictures of README and docs anew (docs/pictures), from the real window in a real browser. The
// end-to-end tests take them on their way, so that a picture shows only what a test has found to be right.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, runNode, tool } from './root.mjs';

const folder = join(root, 'tests/e2e');
const files = readdirSync(folder)
  .filter((name) => name.endsWith('.e2e.ts') && /\bpicture\(/.test(readFileSync(join(folder, name), 'utf8')))
  .map((name) => `tests/e2e/${name}`);

process.exitCode = await runNode(tool.vitest, ['run', '-c', 'vitest.e2e.config.ts', ...files], { BASIN_PICTURES: '1' });
