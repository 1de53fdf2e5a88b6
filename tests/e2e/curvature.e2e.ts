import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../scripts/root.mjs';
import { accessibilityFindings, openWorkbench, picture, setNumber, trainSample, type Workbench } from './support';

interface Report {
  eigenvalues: { largest: { value: number; converged: boolean }[] };
}

/** From a sample to the spectrum of its loss; the window and the command line tell the same. */
describe('the curvature of a trained network', () => {
  let workbench: Workbench;

  beforeAll(async () => {
    workbench = await openWorkbench();
  });

  afterAll(async () => {
    await workbench?.close();
  });

  const number = (text: string | null): number => Number(text!.replace('−', '-').split(' ')[0]);
  const valueOf = (name: string) => workbench.page.getByRole('row', { name: new RegExp(`^${name}`) }).getByRole('cell').first();

  const set = (name: string, value: string): Promise<void> => setNumber(workbench.page, name, value);

  async function compute(): Promise<void> {
    const { page } = workbench;
    await page.getByRole('button', { name: 'Compute', exact: true }).click();
    await page.getByRole('button', { name: 'Stop', exact: true }).waitFor({ state: 'detached', timeout: 60_000 });
    await page.getByText('Computed in').waitFor();
  }

  it('teaches what to do while nothing is trained', async () => {
    const { page } = workbench;
    await page.getByRole('link', { name: 'Curvature' }).click();
    await page.getByRole('heading', { name: 'No trained network yet' }).waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
  });

  it('shows the eigenvalues that the command line gives, on their spectrum', async () => {
    const { page } = workbench;
    await trainSample(page, /^moons(?!.population)/i);
    await page.getByRole('link', { name: 'Curvature' }).click();
    await page.getByRole('heading', { name: 'See how the loss bends around this network' }).waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
    await set('Largest eigenvalues', '2');
    await set('Seed', '3');
    await compute();
    await page.getByRole('img', { name: /^Spectral density/ }).waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
    await picture(page, 'curvature-light');

    const id = /#\/curvature\/([^/]+)/.exec(page.url())![1]!;
    const told = spawnSync(process.execPath, ['bin/basin.mjs', 'curvature', id, '--top', '2', '--bottom', '1', '--checkpoint', 'last', '--seed', '3', '--json'], {
      cwd: root, encoding: 'utf8', env: { ...process.env, BASIN_HOME: workbench.host.home },
    });
    expect(told.status, told.stderr).toBe(0);
    const { largest } = (JSON.parse(told.stdout) as Report).eigenvalues;
    expect(largest[0]!.value).toBeGreaterThan(largest[1]!.value);
    expect(largest[0]!.converged).toBe(true);
    expect(number(await valueOf('Largest 1').textContent())).toBeCloseTo(largest[0]!.value, 4 - Math.ceil(Math.log10(largest[0]!.value)));
  });

  it('says in words what did not converge', async () => {
    const { page } = workbench;
    await set('Most iterations', '3');
    await compute();
    await page.getByText(/did not converge: after 3 iterations/).waitFor();
    expect(await valueOf('Smallest 1').textContent()).toMatch(/±/);
    expect(await accessibilityFindings(page)).toEqual([]);
  });

  it('compares layers: no block bends more than the whole', async () => {
    const { page } = workbench;
    await set('Most iterations', '100');
    await page.getByLabel('Parts').click();
    await page.getByRole('option', { name: 'By layer' }).click();
    await compute();
    const whole = number(await valueOf('Largest 1').textContent());
    const rows = await page.getByRole('region', { name: 'By layer' }).getByRole('row').all();
    expect(rows.length).toBeGreaterThan(2);
    // Cauchy's interlacing: the block of some rows and columns has no larger eigenvalue.
    for (const row of rows.slice(1)) expect(number(await row.getByRole('cell').nth(1).textContent())).toBeLessThanOrEqual(whole * 1.002);
    await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
    expect(await accessibilityFindings(page)).toEqual([]);
  });

  it('exports a page with the figures that are shown', async () => {
    const { page } = workbench;
    await page.getByRole('button', { name: 'Export' }).click();
    const download = page.waitForEvent('download');
    await page.getByRole('menuitem', { name: 'Page with figure and tables (.html)' }).click();
    const file = await download;
    expect(file.suggestedFilename()).toMatch(/^[\w.-]+\.html$/);
    const html = readFileSync(await file.path(), 'utf8');
    expect(html).toContain('<h2>By part</h2>');
    expect(html).toContain('<th scope="row">largest 2</th>');
  });

  it('hands out eigenvectors and diagonal where they were kept', async () => {
    const { page } = workbench;
    await page.getByRole('button', { name: 'Export' }).click();
    await page.getByRole('menuitem', { name: 'Figure (.png)' }).waitFor();
    expect(await page.getByRole('menuitem', { name: /safetensors/ }).count()).toBe(0);
    await page.keyboard.press('Escape');
    await page.getByLabel('Parts').click();
    await page.getByRole('option', { name: 'Whole only' }).click();
    await page.getByRole('switch', { name: 'Keep the eigenvectors' }).click();
    await page.getByRole('switch', { name: 'Every entry of the diagonal' }).click();
    await compute();
    for (const [item, first] of [['Eigenvectors (.safetensors)', 'largest.1.'], ['Diagonal (.safetensors)', 'standardError.']] as const) {
      await page.getByRole('button', { name: 'Export' }).click();
      const download = page.waitForEvent('download');
      await page.getByRole('menuitem', { name: item }).click();
      const bytes = readFileSync(await (await download).path());
      const header = JSON.parse(bytes.toString('utf8', 8, 8 + Number(bytes.readBigUInt64LE(0)))) as Record<string, unknown>;
      expect(Object.keys(header).some((name) => name.startsWith(first))).toBe(true);
    }
    await page.getByRole('switch', { name: 'Keep the eigenvectors' }).click();
    await page.getByRole('switch', { name: 'Every entry of the diagonal' }).click();
  });

  it('is stopped, and computes again', async () => {
    const { page } = workbench;
    await set('Largest eigenvalues', '200');
    await set('Most iterations', '2000');
    await page.getByRole('button', { name: 'Compute', exact: true }).click();
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await page.getByRole('button', { name: 'Compute', exact: true }).waitFor();
    await set('Largest eigenvalues', '1');
    await set('Most iterations', '100');
    await compute();
  });

  it('made the browser complain of nothing', () => {
    expect(workbench.problems).toEqual([]);
  });
});
