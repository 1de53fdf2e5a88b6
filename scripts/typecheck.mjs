// npm run typecheck: every TypeScript project of the house; the window's through svelte-check.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root, runNode, tool } from './root.mjs';

const projects = ['tsconfig.json', 'electron/preload/tsconfig.json', 'scripts/tsconfig.json', 'tests/project/tsconfig.json', 'tests/e2e/tsconfig.json'];

/** @returns {Promise<string[]>} the projects with errors */
export async function typecheck() {
  const failed = [];
  for (const project of projects) {
    if (!existsSync(join(root, project))) continue;
    if ((await runNode(tool.tsc, ['--noEmit', '-p', project])) !== 0) failed.push(project);
  }
  const svelteArguments = ['--tsconfig', 'renderer/tsconfig.json', '--fail-on-warnings', '--output', 'human'];
  if ((await runNode(tool.svelteCheck, svelteArguments)) !== 0) failed.push('renderer/tsconfig.json');
  return failed;
}

if (import.meta.filename === process.argv[1]) {
  const failed = await typecheck();
  if (failed.length > 0) console.error(`Types are wrong in: ${failed.join(', ')}`);
  process.exitCode = failed.length > 0 ? 1 : 0;
}
