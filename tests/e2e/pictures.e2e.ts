import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drop, openWorkbench, scratch, shapesZip, type Workbench } from './support';

describe('dropped pictures', () => {
  let workbench: Workbench;
  const folder = scratch();

  beforeAll(async () => {
    workbench = await openWorkbench();
    await workbench.page.getByRole('heading', { name: 'Home' }).waitFor();
  });

  afterAll(async () => {
    await workbench?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('that are no pictures are refused in words that say what to do, and nothing is lost', async () => {
    const { page } = workbench;
    const file = join(folder, 'broken.zip');
    writeFileSync(file, 'PK\u0003\u0004 this is no archive at all');
    await drop(page, file, 'application/zip');
    const told = page.getByRole('alert').filter({ hasText: 'Could not open' });
    await told.waitFor();
    expect(await told.textContent()).toContain('broken.zip');
    expect(await told.textContent()).not.toContain("fault of Basin's");
    await told.getByRole('button', { name: 'Dismiss' }).click();
    await page.getByText('Drop a file or folder anywhere').waitFor();
  });

  it('a table with a ragged row is refused with file and row', async () => {
    const { page } = workbench;
    const file = join(folder, 'ragged.csv');
    writeFileSync(file, 'a,b,c\n1,2,3\n4,5,6\n7,8\n9,10,11\n');
    await drop(page, file, 'text/csv');
    const told = page.getByRole('alert').filter({ hasText: 'Could not open' });
    await told.waitFor();
    expect(await told.textContent()).toMatch(/ragged\.csv/);
    expect(await told.textContent()).toMatch(/(row|line) 4/i);
  });

  it('are shown as a grid, by class', async () => {
    const { page } = workbench;
    await drop(page, await shapesZip(folder), 'application/zip');
    await page.getByText('16 × 16').waitFor();
    await page.getByRole('img', { name: /^disc, / }).first().waitFor();
    await page.getByRole('combobox', { name: /^Class/ }).click();
    await page.getByRole('option', { name: /square/ }).click();
    await page.getByRole('img', { name: /^square, / }).first().waitFor();
    expect(await page.getByRole('img', { name: /^disc, / }).count()).toBe(0);
  });

  it('are learnt from, and the worst of them are shown', async () => {
    const { page } = workbench;
    await page.getByRole('link', { name: 'Compose' }).last().click();
    await page.getByText('Ready to start').waitFor();
    const epochs = page.getByRole('spinbutton', { name: 'Epochs' });
    await epochs.fill('2');
    await epochs.press('Enter');
    await page.getByText('Ready to start').waitFor();
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.getByText('Finished').waitFor({ timeout: 120_000 });
    await page.getByRole('tab', { name: 'Evaluation' }).click();
    await page.getByRole('img', { name: /^(disc|square), predicted (disc|square)$/ }).first().waitFor();
  });

  it('made the browser complain of nothing but the files that were refused', () => {
    expect(workbench.problems.filter((problem) => !problem.includes('/upload'))).toEqual([]);
  });
});
