import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityFindings, drop, flowersCsv, openWorkbench, picture, scratch, type Workbench } from './support';

/** The pictures that README and docs show. */
const shown = new Set(['home-dark', 'data-light', 'compose-light', 'train-light', 'evaluation-light', 'boundary-dark', 'palette-dark']);

/** Every view with something in it, in both themes and at both ends of the sizes it is made for. */
describe('every view', () => {
  let workbench: Workbench;
  let run: string;
  const folder = scratch();

  beforeAll(async () => {
    workbench = await openWorkbench();
    const { page } = workbench;
    await page.getByRole('button', { name: /spirals/i }).first().click();
    await page.getByText('Ready to start').waitFor();
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.getByText('Finished').waitFor({ timeout: 180_000 });
    run = /#\/train\/([^/]+)/.exec(page.url())?.[1] ?? '';
    await page.getByRole('link', { name: 'Home', exact: true }).click();
    await drop(page, flowersCsv(folder), 'text/csv');
    await page.getByText('150 rows').waitFor();
    // Nothing is hovered and nothing focused in what follows.
    await page.mouse.move(600, 690);
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  });

  afterAll(async () => {
    await workbench?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const views: [name: string, address: () => string, ready: string | RegExp][] = [
    ['home', () => '#/home', 'Open your data'],
    ['data', () => '#/data', '150 rows'],
    ['compose', () => '#/compose', 'Ready to start'],
    ['train', () => `#/train/${run}/curves`, 'Gradient norm'],
    ['evaluation', () => `#/train/${run}/evaluation`, 'Confusion matrix'],
    ['boundary', () => `#/train/${run}/boundary`, /^arm 1$/],
    ['details', () => `#/train/${run}/details`, 'Checkpoints'],
    ['settings', () => '#/settings', 'Runs at once'],
  ];

  for (const theme of ['dark', 'light'] as const) {
    for (const [name, address, ready] of views) {
      it(`${name} is clean to axe and fits its window, ${theme}`, async () => {
        const { page } = workbench;
        await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
        for (const [width, height] of [[1100, 700], [1440, 900]] as const) {
          await page.setViewportSize({ width, height });
          await page.evaluate((hash) => void (location.hash = hash), address());
          await page.getByText(ready).first().waitFor();
          expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
          expect(await accessibilityFindings(page)).toEqual([]);
        }
        if (shown.has(`${name}-${theme}`)) await picture(page, `${name}-${theme}`);
      });
    }

    it(`the palette is clean to axe, ${theme}`, async () => {
      const { page } = workbench;
      await page.keyboard.press('ControlOrMeta+k');
      await page.getByRole('dialog').waitFor();
      expect(await accessibilityFindings(page)).toEqual([]);
      if (shown.has(`palette-${theme}`)) await picture(page, `palette-${theme}`);
      await page.keyboard.press('Escape');
    });
  }

  it('made the browser complain of nothing', () => {
    expect(workbench.problems).toEqual([]);
  });
});
