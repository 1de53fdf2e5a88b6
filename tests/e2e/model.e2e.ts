import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityFindings, drop, flowersCsv, openWorkbench, scratch, type Workbench } from './support';

const corpus = join(import.meta.dirname, '../fixtures/onnx/torch');

/** From a dropped ONNX file to a judged network. */
describe('a dropped model', () => {
  let workbench: Workbench;
  const folder = scratch();

  beforeAll(async () => {
    workbench = await openWorkbench();
    await workbench.page.getByRole('heading', { name: 'Home' }).waitFor();
    await drop(workbench.page, flowersCsv(folder), 'text/csv');
    await workbench.page.getByRole('heading', { name: 'Data', exact: true }).waitFor();
  });

  afterAll(async () => {
    await workbench?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('shows what it holds', async () => {
    const { page } = workbench;
    await drop(page, join(corpus, 'flowers.onnx'), 'application/octet-stream');
    await page.getByRole('heading', { name: 'Model', exact: true }).waitFor();
    await page.getByText('67 parameters').waitFor();
    await page.getByRole('cell', { name: '0.weight', exact: true }).waitFor();
    await page.getByRole('cell', { name: 'Softmax', exact: true }).waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
  });

  it('is judged on the open data, its softmax recognised', async () => {
    const { page } = workbench;
    await page.getByRole('radio', { name: 'Only judge' }).click();
    await page.getByRole('button', { name: 'Compose the run' }).click();
    await page.getByText('Ready to start').waitFor();
    await page.getByText('the model ends with a softmax', { exact: false }).waitFor();
    await page.getByRole('button', { name: /^Start/ }).first().click();
    await page.getByText('Finished').first().waitFor();
  });

  it('goes out as safetensors, and comes back as the weights of a run', async () => {
    const { page } = workbench;
    await page.getByRole('button', { name: 'More actions' }).click();
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: /as safetensors/ }).click()]);
    const weights = join(folder, 'again.safetensors');
    await download.saveAs(weights);
    await drop(page, weights, 'application/octet-stream');
    await page.getByRole('heading', { name: 'Begin a run with these weights' }).waitFor();
    await page.getByRole('cell', { name: '0.weight', exact: true }).waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Compose the run' }).click();
    await page.getByText('Ready to start').waitFor();
    await page.getByRole('button', { name: /^Start/ }).first().click();
    await page.getByText('Finished').first().waitFor();
  });

  it('is refused with the operator and the node where it cannot be run', async () => {
    const { page } = workbench;
    await drop(page, join(corpus, 'conv3d.onnx'), 'application/octet-stream');
    await page.getByRole('heading', { name: 'This model cannot be used' }).waitFor();
    await page.getByText('/0/Conv: works on 3 spatial axes').waitFor();
    expect(await page.getByRole('button', { name: 'Compose the run' }).count()).toBe(0);
  });
});
