import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWorkbench, type Workbench } from './support';

/** A run long enough to be interrupted: the sample with more epochs than it needs. */
const many = '100000';

describe('the spirals sample', () => {
  let workbench: Workbench;

  beforeAll(async () => {
    workbench = await openWorkbench();
    await workbench.page.getByRole('heading', { name: 'Home' }).waitFor();
  });

  afterAll(() => workbench?.close());

  it('is ready to start in Compose', async () => {
    const { page } = workbench;
    await page.getByRole('button', { name: /spirals/i }).first().click();
    await page.getByRole('heading', { name: 'Compose' }).waitFor();
    await page.getByText('Ready to start').waitFor();
  });

  it('has its generator in Data, drawn from its own schema', async () => {
    const { page } = workbench;
    await page.getByRole('link', { name: 'See and change the data' }).click();
    await page.getByRole('tab', { name: 'Generator' }).waitFor();
    const points = page.getByRole('spinbutton', { name: /points|examples|count/i }).first();
    await points.fill('600');
    await points.press('Enter');
    await page.getByText('600 rows').waitFor();
    await page.getByRole('link', { name: 'Compose' }).last().click();
    await page.getByText('Ready to start').waitFor();
  });

  it('shows the decision boundary as it is learnt', async () => {
    const { page } = workbench;
    const epochs = page.getByRole('spinbutton', { name: 'Epochs' });
    await epochs.fill(many);
    await epochs.press('Enter');
    await page.getByText('Ready to start').waitFor();
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.getByRole('tab', { name: 'Decision boundary' }).click();
    await page.getByRole('img', { name: /^What the network predicts for every value of x and y, with 600 examples/ }).waitFor();
  });

  it('pauses, stays paused over a reload, and goes on', async () => {
    const { page } = workbench;
    await page.getByRole('tab', { name: 'Curves' }).click();
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByText('Paused').waitFor();
    await page.reload();
    await page.getByText('Paused').waitFor();
    const epoch = async () => Number(/([\d.]+) of/.exec((await page.getByText(/^[\d.]+ of \d+$/).first().textContent()) ?? '')?.[1]);
    const before = await epoch();
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    await expect.poll(epoch, { timeout: 20_000 }).toBeGreaterThan(before);
  });

  it('stops for good', async () => {
    const { page } = workbench;
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('Stopped').waitFor();
  });

  it('branches from its checkpoint into a run of its own', async () => {
    const { page } = workbench;
    const parent = page.url();
    await page.getByRole('button', { name: 'Branch' }).click();
    await page.getByRole('dialog', { name: 'Branch from a checkpoint' }).waitFor();
    const epochs = page.getByRole('spinbutton', { name: 'Epochs' });
    await epochs.fill('2');
    await epochs.press('Enter');
    await page.getByRole('textbox', { name: 'Name' }).fill('the branch');
    await page.getByRole('button', { name: 'Start the branch' }).click();
    await page.getByText('Finished').waitFor();
    expect(page.url()).not.toBe(parent);
    await page.getByRole('link', { name: 'Home', exact: true }).click();
    await page.getByText('the branch').waitFor();
  });

  it('made the browser complain of nothing', () => {
    expect(workbench.problems).toEqual([]);
  });
});
