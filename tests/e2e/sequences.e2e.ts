import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drop, openWorkbench, scratch, type Workbench } from './support';

describe('text and sequences', () => {
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

  it('a dropped text is shown line by line, learnt by a language model, and written on', async () => {
    const { page } = workbench;
    const file = join(folder, 'rhyme.txt');
    writeFileSync(file, 'the cat sat on the mat, and that was that;\nthe rat saw the cat and ran.\n'.repeat(60));
    await drop(page, file, 'text/plain');
    await page.getByRole('region', { name: 'Text' }).getByText('the rat saw the cat and ran.').first().waitFor();
    await page.getByText('next token').first().waitFor();
    await page.getByRole('link', { name: 'Compose' }).last().click();
    await page.getByText('Ready to start').waitFor();
    await page.getByRole('spinbutton', { name: 'Epochs' }).fill('1');
    await page.getByRole('spinbutton', { name: 'Epochs' }).press('Enter');
    await page.getByText('Ready to start').waitFor();
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.getByText('Finished', { exact: false }).first().waitFor({ timeout: 120_000 });
    await page.getByRole('tab', { name: 'Writing' }).click();
    await page.getByLabel('The text begins with').fill('the cat ');
    await page.getByRole('button', { name: 'Write', exact: true }).click();
    const written = page.getByLabel('Text of the network');
    await written.waitFor();
    expect((await written.textContent())!.length).toBeGreaterThan(150);
  });
});
