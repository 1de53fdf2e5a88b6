import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWorkbench, type Workbench } from './support';

/** One trip through the window without touching the mouse. */
describe('the keyboard alone', () => {
  let workbench: Workbench;

  beforeAll(async () => {
    workbench = await openWorkbench();
    await workbench.page.getByRole('heading', { name: 'Home' }).waitFor();
  });

  afterAll(() => workbench?.close());

  /** Types words into the palette until the action wanted is the one that Enter takes. */
  const command = async (words: string, title: string): Promise<void> => {
    const { page } = workbench;
    await page.keyboard.press('ControlOrMeta+k');
    await page.locator('input[aria-label="Search actions"]:focus').waitFor();
    await page.keyboard.type(words);
    await page.locator('.action[data-selected]').filter({ hasText: title }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Actions' }).waitFor({ state: 'hidden' });
  };

  it('skips to the view first of all', async () => {
    const { page } = workbench;
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the view');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');
  });

  it('opens a sample, starts it and sees it finish', async () => {
    const { page } = workbench;
    await page.getByRole('button', { name: /spirals/i }).first().waitFor();
    await command('spirals', 'spirals');
    await page.getByText('Ready to start').waitFor();
    const epochs = page.getByRole('spinbutton', { name: 'Epochs' });
    await epochs.focus();
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('3');
    await page.keyboard.press('Enter');
    await page.getByText('Ready to start').waitFor();
    await command('start the run', 'Start the run');
    await page.getByText('Finished').waitFor();
  });

  it('moves between the parts of the run by arrows', async () => {
    const { page } = workbench;
    await page.getByRole('tab', { name: 'Curves' }).focus();
    await page.keyboard.press('ArrowRight');
    await page.getByRole('heading', { name: 'Confusion matrix' }).waitFor();
  });

  it('goes to any view by its number, and changes the theme', async () => {
    const { page } = workbench;
    await page.keyboard.press('ControlOrMeta+1');
    await page.getByRole('heading', { name: 'Home' }).waitFor();
    await command('settings', 'Settings');
    await page.getByRole('heading', { name: 'Settings' }).waitFor();
    await command('dark theme', 'Use the dark theme');
    expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe('dark');
  });

  it('finds nothing by a word that no action has', async () => {
    const { page } = workbench;
    await page.keyboard.press('ControlOrMeta+k');
    await page.locator('input[aria-label="Search actions"]:focus').waitFor();
    await page.keyboard.type('xyzzy');
    await page.getByText('Nothing is called that.').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
  });

  it('always shows where the focus is', async () => {
    const { page } = workbench;
    for (let i = 0; i < 25; i++) {
      await page.keyboard.press('Tab');
      const shown = await page.evaluate(() => {
        const element = document.activeElement;
        if (!element || element === document.body) return true;
        const style = getComputedStyle(element);
        const around = element.parentElement ? getComputedStyle(element.parentElement) : style;
        return [style, around].some(({ outlineStyle, outlineWidth }) => outlineStyle !== 'none' && outlineWidth !== '0px');
      });
      expect(shown, await page.evaluate(() => document.activeElement?.outerHTML.slice(0, 120))).toBe(true);
    }
  });

  it('made the browser complain of nothing', () => {
    expect(workbench.problems).toEqual([]);
  });
});
