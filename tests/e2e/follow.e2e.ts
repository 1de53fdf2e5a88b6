import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../scripts/root.mjs';
import { accessibilityFindings, openWorkbench, setNumber, type Workbench } from './support';

/** The surface of a network that another process is training. */
describe('following a training', () => {
  let workbench: Workbench;
  let training: ChildProcess;
  const folder = mkdtempSync(join(tmpdir(), 'basin-follow-'));

  beforeAll(async () => {
    workbench = await openWorkbench();
    const specification = { name: 'endless', data: { source: { generator: { use: 'moons', count: 300, noise: 0.15, seed: 1 } } }, model: { use: 'mlp', widths: [16] }, training: { epochs: 1_000_000, batchSize: 32 } };
    writeFileSync(join(folder, 'spec.json'), JSON.stringify(specification));
    training = spawn(process.execPath, ['bin/basin.mjs', 'run', join(folder, 'spec.json'), '--json'], { cwd: root, env: { ...process.env, BASIN_HOME: workbench.host.home }, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    while (!said.includes('Training')) said += String((await once(training.stderr!, 'data'))[0]);
  });

  afterAll(async () => {
    training?.kill('SIGKILL');
    await workbench?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('shows its weights of now, and a slice more as they move, until the run ends', async () => {
    const { page } = workbench;
    await page.getByRole('link', { name: 'Landscape' }).click();
    const panel = page.getByRole('region', { name: 'While it trains' });
    await setNumber(page, 'Points a side', '9');
    await setNumber(page, 'Seconds apart', '0');
    // What it takes is said beforehand, and that the training has as long to itself.
    await panel.getByText(/^A slice takes about .*; one every [\d.]+ m?s, so that the training has as long to itself\.$/).waitFor({ timeout: 60_000 });
    await panel.getByRole('button', { name: 'Follow the training' }).click();
    const moment = page.getByRole('slider', { name: 'Moment of training' });
    await moment.waitFor({ timeout: 60_000 });
    await page.getByRole('img', { name: /^loss over training: random plane.*9×9/ }).waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
    await expect.poll(async () => Number(await moment.getAttribute('max')), { timeout: 60_000 }).toBeGreaterThan(0);

    // It goes on while another view is looked at.
    const before = Number(await moment.getAttribute('max'));
    await page.getByRole('link', { name: 'Curvature' }).click();
    await page.goBack();
    await expect.poll(async () => Number(await moment.getAttribute('max')), { timeout: 60_000 }).toBeGreaterThan(before);

    // A second window says what it waits for, and takes over when the first one stops.
    const second = await page.context().newPage();
    await second.goto(page.url().replace(/\/series-[^/]+$/, ''));
    await setNumber(second, 'Points a side', '9');
    await setNumber(second, 'Seconds apart', '0');
    await second.getByRole('region', { name: 'While it trains' }).getByRole('button', { name: 'Follow the training' }).click();
    await second.getByText('Following: This run is followed in another window already; here it begins when that one stops').first().waitFor({ timeout: 60_000 });
    expect(await second.getByRole('slider', { name: 'Moment of training' }).count()).toBe(0);
    expect(await accessibilityFindings(second)).toEqual([]);
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await second.getByRole('slider', { name: 'Moment of training' }).waitFor({ timeout: 60_000 });
    await second.getByText(/^Following: (step|shown)/).waitFor({ timeout: 60_000 });
    // And back, while the second one still follows.
    await page.getByRole('link', { name: 'One surface' }).click();
    await setNumber(page, 'Points a side', '9');
    await setNumber(page, 'Seconds apart', '0');
    await panel.getByRole('button', { name: 'Follow the training' }).click();
    await page.getByText(/^Following: This run is followed in another window/).first().waitFor({ timeout: 60_000 });
    await second.close();
    await moment.waitFor({ timeout: 60_000 });

    training.kill('SIGINT');
    const end = page.getByText(/^"endless" is stopped \(\d+ slices, the last of step \d+\)$/);
    await end.waitFor({ timeout: 60_000 });
    const [, slices, last] = /\((\d+) slices, the last of step (\d+)\)/.exec((await end.textContent())!)!;
    expect(await moment.getAttribute('max')).toBe(String(Number(slices) - 1));
    await expect.poll(() => moment.getAttribute('aria-valuetext'), { timeout: 60_000 }).toBe(`step ${last}`);
    await page.getByRole('link', { name: 'One surface' }).click();
    await page.getByRole('link', { name: `Random plane, 9×9, ${slices} moments, followed` }).waitFor();
  });

  it('made the browser complain of nothing', () => {
    expect(workbench.problems.filter((problem) => !/GPU stall|swiftshader|WebGL/i.test(problem))).toEqual([]);
  });
});
