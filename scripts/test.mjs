// npm test: everything that must hold before a change is taken in. `npm test -- --help` lists the parts.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root, runNode, tool } from './root.mjs';
import { typecheck } from './typecheck.mjs';
import { provideBrowser } from './test/browser.mjs';
import { runVitest } from './test/vitest.mjs';

/** @typedef {import('./test/vitest.mjs').Count} Count */

/**
 * A check without tests of its own counts as one test.
 *
 * @param {string} name
 * @param {boolean} good
 * @returns {Count}
 */
const asOne = (name, good) => ({ passed: good ? 1 : 0, failed: good ? 0 : 1, skipped: 0, failures: good ? [] : [name] });

/** The parts in the order they run: the quick ones first. @type {Record<string, (filters: string[]) => Promise<Count>>} */
const parts = {
  types: async () => asOne('types', (await typecheck()).length === 0),
  lint: async () => asOne('lint', (await runNode(tool.eslint, ['.', '--max-warnings', '0'])) === 0),
  layers: async () => asOne('layers', (await runNode(join(root, 'scripts/check-layers.mjs'), [])) === 0),
  build: async () => asOne('build', (await runNode(join(root, 'scripts/build.mjs'), [])) === 0),
  unit: (filters) => runVitest('unit', filters),
  e2e: async (filters) => runVitest('e2e', ['--config', 'vitest.e2e.config.ts', ...filters], { BASIN_CHROMIUM: provideBrowser() }),
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
});

if (values.help) {
  console.log(`npm test                              everything
npm test -- --only unit               one part, or several: --only types,lint
npm test -- --only unit tests/core/nn the tests whose path contains this

Parts: ${Object.keys(parts).join(', ')}`);
} else {
  process.exitCode = await main(values.only?.split(',') ?? Object.keys(parts), positionals);
}

/**
 * @param {string[]} wanted
 * @param {string[]} filters
 * @returns {Promise<number>} the exit code
 */
async function main(wanted, filters) {
  const unknown = wanted.filter((name) => !(name in parts));
  if (unknown.length > 0) {
    console.error(`There is no part called ${unknown.join(', ')}. Parts: ${Object.keys(parts).join(', ')}.`);
    return 1;
  }
  const total = { passed: 0, failed: 0, skipped: 0 };
  /** @type {string[]} */
  const lines = [];
  for (const [name, run] of Object.entries(parts)) {
    if (!wanted.includes(name)) continue;
    console.log(`\n== ${name}`);
    const begin = performance.now();
    const count = await run(filters).catch((error) => {
      console.error(error instanceof Error ? error.message : error);
      return asOne(name, false);
    });
    const seconds = ((performance.now() - begin) / 1000).toFixed(1);
    lines.push(`${name.padEnd(8)}${sentence(count)}  (${seconds} s)`, ...count.failures.map((failure) => `    failed: ${failure}`));
    total.passed += count.passed;
    total.failed += count.failed;
    total.skipped += count.skipped;
  }
  console.log(`\n${lines.join('\n')}\n\n${sentence(total)}`);
  return total.failed === 0 ? 0 : 1;
}

/** @param {{ passed: number, failed: number, skipped: number }} count */
function sentence({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
