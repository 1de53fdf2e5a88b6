// Runs a set of Vitest tests and counts what they said.
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cache, runNode, tool } from '../root.mjs';

/** @typedef {{ passed: number, failed: number, skipped: number, failures: string[] }} Count */

/**
 * Counts a report of Vitest's JSON reporter. A file that could not be loaded has no tests to fail: it counts as one
 * failure of its own.
 *
 * @param {{ testResults: { name: string, status: string, message?: string, assertionResults: { status: string, fullName: string }[] }[] }} report
 * @returns {Count}
 */
export function countReport(report) {
  const count = { passed: 0, failed: 0, skipped: 0, failures: /** @type {string[]} */ ([]) };
  for (const file of report.testResults) {
    let failedHere = 0;
    for (const test of file.assertionResults) {
      if (test.status === 'passed') count.passed += 1;
      else if (test.status === 'failed') {
        failedHere += 1;
        count.failures.push(test.fullName);
      } else count.skipped += 1;
    }
    if (file.status === 'failed' && failedHere === 0) {
      failedHere = 1;
      count.failures.push(`${file.name} did not run`);
    }
    count.failed += failedHere;
  }
  return count;
}

/**
 * @param {string} name of the report
 * @param {string[]} args Vitest's own
 * @param {NodeJS.ProcessEnv} [environment]
 * @returns {Promise<Count>}
 */
export async function runVitest(name, args, environment = {}) {
  const folder = join(cache, 'test');
  const output = join(folder, `${name}.json`);
  mkdirSync(folder, { recursive: true });
  rmSync(output, { force: true });
  const code = await runNode(tool.vitest, ['run', ...args, '--reporter=default', '--reporter=json', `--outputFile.json=${output}`], environment);
  const count = countReport(readReport(output));
  // Errors outside of any test (an unhandled rejection) fail the run without failing a test.
  if (code !== 0 && count.failed === 0) {
    count.failed = 1;
    count.failures.push(`${name}: Vitest ended with code ${code}, see its output above`);
  }
  return count;
}

/** @param {string} file */
function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    console.error(`No report of the tests in ${file}: ${error instanceof Error ? error.message : error}`);
    return { testResults: [{ name: file, status: 'failed', assertionResults: [] }] };
  }
}
