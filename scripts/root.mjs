// Where the project lies and how scripts run programs in it.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** What the scripts remember between runs; safe to delete. */
export const cache = join(root, '.cache');

/** The file behind a tool of node_modules, started with Node itself: no shell, so the same on every system. */
export const tool = {
  tsc: join(root, 'node_modules/typescript/bin/tsc'),
  svelteCheck: join(root, 'node_modules/svelte-check/bin/svelte-check'),
  eslint: join(root, 'node_modules/eslint/bin/eslint.js'),
  vitest: join(root, 'node_modules/vitest/vitest.mjs'),
  playwright: join(root, 'node_modules/playwright/cli.js'),
  electronBuilder: join(root, 'node_modules/electron-builder/cli.js'),
};

/**
 * Runs a Node program in the project's folder, its output going straight to this terminal.
 *
 * @param {string} file
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} [environment] added to this process's own
 * @returns {Promise<number>} its exit code; a death by signal counts as 1
 */
export function runNode(file, args, environment = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [file, ...args], { cwd: root, stdio: 'inherit', env: { ...process.env, ...environment } });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
