import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drop, flowersCsv, openWorkbench, scratch, type Workbench } from './support';

/** From a dropped table to a judged network, on one window that is never reloaded but where it says so. */
describe('a dropped table', () => {
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

  it('is shown in Data: rows, kinds, target and task', async () => {
    const { page } = workbench;
    await drop(page, flowersCsv(folder), 'text/csv');
    await page.getByRole('heading', { name: 'Data', exact: true }).waitFor();
    await page.getByText('150 rows').waitFor();
    await page.getByRole('cell', { name: 'setosa' }).first().waitFor();
    expect(await page.getByRole('combobox', { name: 'Target: species' }).count()).toBe(1);
    expect(await page.getByRole('radio', { name: 'Classification' }).isChecked()).toBe(true);
  });

  it('scrolls to its last row without holding them all', async () => {
    const { page } = workbench;
    const table = page.getByRole('table', { name: 'Rows of flowers.csv' });
    await table.evaluate((element) => element.scrollTo(0, element.scrollHeight));
    await page.getByRole('rowheader', { name: '150', exact: true }).waitFor();
    expect(await table.getByRole('row').count()).toBeLessThan(100);
  });

  it('tells what training will see, and follows the split', async () => {
    const { page } = workbench;
    await page.getByRole('tab', { name: 'Preparation' }).click();
    const test = page.getByRole('spinbutton', { name: 'Test', exact: true });
    await test.fill('0.3');
    await test.press('Enter');
    await page.getByRole('tab', { name: 'What training sees' }).click();
    await page.getByText('4 numbers').waitFor();
    await page.getByRole('listitem').filter({ hasText: 'Test 45' }).waitFor();
  });

  it('leaves out a column that is set to be ignored', async () => {
    const { page } = workbench;
    await page.getByRole('tab', { name: 'Columns' }).click();
    await page.getByRole('button', { name: /sepal_width/ }).last().click();
    await page.getByRole('combobox', { name: /Role of sepal_width/ }).click();
    await page.getByRole('option', { name: 'Ignore' }).click();
    await page.getByRole('tab', { name: 'What training sees' }).click();
    await page.getByText('3 numbers').waitFor();
  });

  it('gets a run proposed in Compose, whose forms and text follow each other', async () => {
    const { page } = workbench;
    await page.getByRole('link', { name: 'Compose' }).last().click();
    await page.getByText('Ready to start').waitFor();
    const epochs = page.getByRole('spinbutton', { name: 'Epochs' });
    await epochs.fill('40');
    await epochs.press('Enter');
    const text = page.getByRole('textbox', { name: 'Specification as JSON' });
    await expect.poll(() => text.textContent()).toContain('"epochs": 40');
    await text.click();
    await page.keyboard.press('ControlOrMeta+a');
    const specification = await text.evaluate((element) => (element as HTMLElement).innerText);
    await page.keyboard.insertText(specification.replace('"epochs": 40', '"epochs": 30'));
    await expect.poll(() => epochs.inputValue()).toBe('30');
  });

  it('says at the field what does not fit', async () => {
    const { page } = workbench;
    const rate = page.getByRole('spinbutton', { name: 'Learning rate' });
    const before = await rate.inputValue();
    await rate.fill('-1');
    await rate.press('Enter');
    await page.getByText('One thing does not fit').waitFor();
    expect(await rate.getAttribute('aria-invalid')).toBe('true');
    expect(await page.getByRole('button', { name: 'Start', exact: true }).isDisabled()).toBe(true);
    await rate.fill(before);
    await rate.press('Enter');
    await page.getByText('Ready to start').waitFor();
  });

  it('is trained: curves while it runs, the verdict after', async () => {
    const { page } = workbench;
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.getByRole('heading', { name: 'Train', exact: true }).waitFor();
    await page.getByRole('img', { name: /^Loss\. .*Validation: \d/ }).waitFor();
    await page.getByText('Finished').waitFor({ timeout: 120_000 });
    await page.getByRole('tab', { name: 'Evaluation' }).click();
    await page.getByRole('img', { name: /^Confusion matrix of 3 classes/ }).waitFor();
    await page.getByRole('region', { name: 'By class' }).getByText('virginica').waitFor();
    const accuracy = await page.getByText('Accuracy', { exact: true }).locator('xpath=following-sibling::dd').first().textContent();
    expect(Number(accuracy)).toBeGreaterThan(0.85);
  });

  it('is all there again after a reload', async () => {
    const { page } = workbench;
    await page.reload();
    await page.getByText('Finished').waitFor();
    await page.getByRole('img', { name: /^Confusion matrix/ }).waitFor();
    await page.getByRole('tab', { name: 'Curves' }).click();
    await page.getByRole('img', { name: /^Loss\. .*Training: \d/ }).waitFor();
    await page.getByRole('link', { name: 'Data', exact: true }).click();
    await page.getByText('150 rows').waitFor();
  });

  it('made the browser complain of nothing', () => {
    expect(workbench.problems).toEqual([]);
  });
});
