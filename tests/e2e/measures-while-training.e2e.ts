import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../scripts/root.mjs';
import { accessibilityFindings, openWorkbench, picture, type Workbench } from './support';

/** What a run measures of its weights, beside its loss. */
describe('measures while training', () => {
  let workbench: Workbench;

  beforeAll(async () => {
    workbench = await openWorkbench();
  });

  afterAll(async () => {
    await workbench?.close();
  });

  const basin = (...args: string[]): { id: string; folder: string } => {
    const told = spawnSync(process.execPath, ['bin/basin.mjs', ...args, '--json'], { cwd: root, encoding: 'utf8', env: { ...process.env, BASIN_HOME: workbench.host.home } });
    expect(told.status, told.stderr).toBe(0);
    return JSON.parse(told.stdout) as { id: string; folder: string };
  };

  it('a population and one of its members show the largest eigenvalue, and up to where steps are stable', async () => {
    const { page } = workbench;
    const { id, folder } = basin('run', 'assets/specs/landscape/edge-of-stability.json', '--epochs', '2000');
    await page.goto(`${new URL(page.url()).origin}/#/train/${id}/curves`);
    await page.getByRole('img', { name: /^Largest Hessian eigenvalues\. Learning rate 0\.05/ }).waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
    basin('members', folder, '--extract', '1');
    await page.goto(`${new URL(page.url()).origin}/#/home`);
    await page.getByText('edge-of-stability-member-1').first().click();
    const chart = page.getByRole('img', { name: /^Largest Hessian eigenvalues\. Measured: 2[4-6].*Stable below: 25$/ });
    await chart.waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
    await picture(page, 'edge-of-stability-light');
  });

  it('Compose offers them as a card', async () => {
    const { page } = workbench;
    await page.getByRole('link', { name: 'Home', exact: true }).click();
    await page.getByRole('button', { name: /^xor/i }).first().click();
    await page.getByRole('button', { name: 'Measure while training: add' }).click();
    await page.getByRole('menuitem', { name: /^Largest Hessian eigenvalues/ }).click();
    await page.getByRole('heading', { name: 'Largest Hessian eigenvalues' }).waitFor();
    await page.getByRole('menu').waitFor({ state: 'detached' });
    await page.locator('[aria-label="Check"][aria-busy="false"]').getByText('Ready to start').waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
  });
});
