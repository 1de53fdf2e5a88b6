// npm run check:layers: the floors of the house, checked by dependency-cruiser (rules in .dependency-cruiser.mjs).
import { existsSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const cruiser = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
// Floors that nobody has built yet are simply not there.
const floors = ['core', 'electron', 'renderer', 'bench', 'tests'].filter((folder) => existsSync(join(root, folder)));
const result = spawnSync(process.execPath, [cruiser, '--config', '.dependency-cruiser.mjs', '--output-type', 'err-long', ...floors], {
  cwd: root,
  stdio: 'inherit',
});
process.exitCode = result.status ?? 1;
