import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Page } from 'playwright';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/**
 * What axe finds wrong in the page as it stands, one line a finding with the element it is about; empty when clean. The
 * page's policy refuses foreign scripts, so axe comes in through the debugger.
 */
export async function accessibilityFindings(page: Page, options: RunOptions = {}): Promise<string[]> {
  await page.evaluate(source);
  const results = await page.evaluate(
    (runOptions) => (globalThis as unknown as { axe: { run(context: Document, options: RunOptions): Promise<AxeResults> } }).axe.run(document, runOptions),
    options,
  );
  return results.violations.flatMap((violation) => violation.nodes.map((node) => `${violation.id}: ${violation.help} (${node.target.join(' ')})`));
}
