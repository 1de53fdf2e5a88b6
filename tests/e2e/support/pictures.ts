import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { root } from '../../../scripts/root.mjs';

/**
 * Takes a picture of the window for README and docs (docs/pictures/NAME.png) when asked: `BASIN_PICTURES=1 npm test --
 * --only e2e`. Otherwise does nothing, so that a test run leaves the project as it was.
 */
export async function picture(page: Page, name: string): Promise<void> {
  if (!process.env.BASIN_PICTURES) return;
  const folder = join(root, 'docs/pictures');
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), animations: 'disabled' });
}
