import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../scripts/root.mjs';
import { accessibilityFindings, openWorkbench, picture, trainSample, type Workbench } from './support';

/** From a sample to its measures; the window and the command line tell the same. */
describe('measures of a trained network', () => {
  let workbench: Workbench;

  beforeAll(async () => {
    workbench = await openWorkbench();
  });

  afterAll(async () => {
    await workbench?.close();
  });

  it('fill the table, and a row tells where its number comes from', async () => {
    const { page } = workbench;
    await page.getByRole('link', { name: 'Curvature' }).click();
    await trainSample(page, /^moons(?!.population)/i);
    await page.getByRole('link', { name: 'Curvature' }).click();
    await page.getByRole('radio', { name: 'Measures' }).click();
    await page.getByRole('heading', { name: 'Put sharpness into numbers' }).waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
    for (const family of ['Path norms', 'Sharpness']) await page.getByRole('switch', { name: family, exact: true }).click();
    await page.getByRole('button', { name: 'Measure', exact: true }).first().click();
    await page.getByRole('button', { name: 'Stop', exact: true }).waitFor();
    await page.getByRole('button', { name: 'Stop', exact: true }).waitFor({ state: 'detached', timeout: 60_000 });
    await page.getByText('Gap in loss').waitFor();
    const row = page.getByRole('row', { name: /^L2 norm/ });
    const shown = Number(await row.getByRole('cell').nth(1).textContent());
    await page.getByRole('button', { name: 'Trace of the Hessian: definition and source' }).press('Enter');
    const detail = page.getByRole('complementary', { name: 'About Trace of the Hessian' });
    await detail.getByText('tr(d^2 L / dw^2)').waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
    await picture(page, 'measures-light');

    const id = /#\/curvature\/([^/]+)\/measures/.exec(page.url())![1]!;
    const basin = (...more: string[]) => spawnSync(process.execPath, ['bin/basin.mjs', 'sharpness', id, '--measures', 'l2', '--checkpoint', 'last', '--json', ...more], {
      cwd: root, encoding: 'utf8', env: { ...process.env, BASIN_HOME: workbench.host.home },
    });
    const cost = basin('--estimate');
    expect(JSON.parse(cost.stdout)).toMatchObject({ measures: 1, seconds: expect.any(Number) as number });
    const told = basin();
    expect(told.status, told.stderr).toBe(0);
    const { results } = JSON.parse(told.stdout) as { results: { id: string; value: number }[] };
    expect(shown / results.find((each) => each.id === 'l2')!.value).toBeCloseTo(1, 3);
  });

  it('a single measure is taken with a radius of its own, kept beside the others, and removed', async () => {
    const { page } = workbench;
    for (const family of ['Outputs and margins', 'Size', 'Frobenius norms and distance from initialization', 'Spectral norms of the kernels', 'Hessian']) {
      await page.getByRole('switch', { name: family, exact: true }).click();
    }
    await page.getByLabel('Each of Sharpness').click();
    await page.getByRole('checkbox', { name: 'SAM sharpness, first order', exact: true }).check();
    await page.getByText('Radii, steps and repetitions').click();
    const radius = page.getByRole('spinbutton', { name: 'rho', exact: true });
    await radius.fill('0.2');
    await radius.press('Enter');
    await page.getByText(/^1 measures? on/).waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
    await page.getByRole('group', { name: 'What to compute' }).getByRole('button', { name: 'Measure', exact: true }).click();
    await page.getByRole('main').getByText(/^last, step .* · rho=0\.2$/).waitFor({ timeout: 60_000 });
    await page.getByRole('button', { name: 'Stop', exact: true }).waitFor({ state: 'detached', timeout: 60_000 });
    const saved = page.getByRole('region', { name: 'Saved measures' });
    await saved.getByText(/^1 measure · rho=0\.2/).waitFor();
    expect(await saved.getByRole('listitem').count()).toBe(2);
    await saved.getByRole('button', { name: /^Remove/ }).first().click();
    await page.getByRole('button', { name: 'Remove', exact: true }).click();
    await page.getByRole('row', { name: /^L2 norm/ }).waitFor();
    expect(await saved.getByRole('listitem').count()).toBe(1);
  });

  it('are there again when the view is opened once more', async () => {
    const { page } = workbench;
    await page.reload();
    await page.getByRole('row', { name: /^L2 norm/ }).waitFor();
  });
});
