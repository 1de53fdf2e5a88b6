import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../scripts/root.mjs';
import { accessibilityFindings, drop, exported, openWorkbench, setNumber, type Workbench } from './support';

/** What lies between networks: a path from one to another, and several trainings in one plane. */
describe('between trained networks', () => {
  let workbench: Workbench;
  const folder = mkdtempSync(join(tmpdir(), 'basin-paths-'));

  /** A run of a few seconds, trained by the command. */
  function train(name: string, seed: number): void {
    const file = join(folder, `${name}.json`);
    writeFileSync(file, JSON.stringify({
      name, seed, data: { source: { generator: { use: 'moons', count: 200, noise: 0.2, seed: 1 } } }, model: { use: 'mlp', widths: [12] },
      optimizer: { use: 'sgd', learningRate: 0.3 }, training: { epochs: 5, batchSize: 20, keepTrajectory: true }, device: 'cpu',
    }));
    execFileSync(process.execPath, [join(root, 'bin/basin.mjs'), 'run', file], { env: { ...process.env, BASIN_HOME: workbench.host.home }, stdio: 'ignore' });
  }

  beforeAll(async () => {
    workbench = await openWorkbench();
    for (const [name, seed] of [['twin', 0], ['second', 1], ['first', 0]] as const) train(name, seed);
  });

  afterAll(async () => {
    await workbench?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const choose = async (field: string, option: string): Promise<void> => {
    await workbench.page.locator(field).click();
    await workbench.page.getByRole('option', { name: new RegExp(`^${option}`) }).click();
  };

  const save = (item: string): Promise<string> => exported(workbench.page, item, folder);

  /** A cell of the table of barriers. */
  const barrier = async (row: string, column: number): Promise<number> =>
    Number(await workbench.page.getByRole('region', { name: 'Barriers' }).getByRole('row', { name: row }).getByRole('cell').nth(column).textContent());

  it('finds the path: barriers in figures, a chart, the same numbers in the file', async () => {
    const { page } = workbench;
    // The newest run is the one that is shown first.
    await page.getByRole('link', { name: 'Landscape' }).click();
    await page.getByRole('button', { name: 'Paths', exact: true }).or(page.getByRole('radio', { name: 'Paths', exact: true })).click();
    await page.getByRole('heading', { name: 'See what lies between two networks' }).waitFor();
    await choose('#path-to', 'second');
    await choose('#path-kind', 'Line');
    await setNumber(page, 'Places', '11');
    await page.getByRole('region', { name: 'Path settings' }).getByRole('button', { name: /^(Find|Compute)/ }).click();
    await page.getByRole('region', { name: 'Barriers' }).getByRole('row', { name: 'train loss' }).waitFor({ timeout: 60_000 });
    await page.getByRole('region', { name: 'Path', exact: true }).getByRole('img').first().waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
    const { values, barriers } = JSON.parse(readFileSync(await save('Numbers and recipe (.json)'), 'utf8')) as { values: { train: { loss: number[] } }; barriers: { train: { loss: { aboveLine: number; highest: number } } } };
    const { loss } = values.train;
    const rise = Math.max(...loss.map((value, i) => value - loss[0]! - (i / 10) * (loss[10]! - loss[0]!)));
    expect(loss).toHaveLength(11);
    expect(rise).toBeGreaterThan(0.05);
    expect(barriers.train.loss.aboveLine).toBeCloseTo(rise, 6);
    expect(await barrier('train loss', 0)).toBeCloseTo(rise, 3);
    expect(await barrier('train loss', 3)).toBeCloseTo(Math.max(...loss), 3);
  });

  it('comes back from its picture, dropped into the window', async () => {
    const { page } = workbench;
    const one = page.url();
    expect(one).toMatch(/\/paths\/line-/);
    const [png, json] = [await save('Picture (.png)'), await save('Numbers and recipe (.json)')];
    const before = JSON.parse(readFileSync(json, 'utf8')) as object;
    await page.getByRole('button', { name: /^Remove/ }).first().click();
    await page.getByRole('alertdialog').or(page.getByRole('dialog')).getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('heading', { name: 'See what lies between two networks' }).waitFor();
    await page.getByRole('link', { name: 'Home', exact: true }).click();
    await drop(page, png, 'image/png');
    await page.getByRole('region', { name: 'Barriers' }).getByRole('row', { name: 'train loss' }).waitFor({ timeout: 60_000 });
    expect(page.url()).toBe(one);
    expect(JSON.parse(readFileSync(await save('Numbers and recipe (.json)'), 'utf8'))).toEqual(before);
  });

  it('several trainings stand in one plane, each with its colour; the same training twice is refused in words', async () => {
    const { page } = workbench;
    await page.getByRole('button', { name: 'Surfaces', exact: true }).or(page.getByRole('radio', { name: 'Surfaces', exact: true })).click();
    await choose('#landscape-plane', 'Path');
    await choose('#landscape-joint', 'twin');
    await page.getByText('"twin" ends in the same weights as the run at the centre').waitFor();
    await page.getByRole('button', { name: 'Take twin out of the plane' }).click();
    await choose('#landscape-joint', 'second');
    await setNumber(page, 'Points along x', '7');
    await setNumber(page, 'Points along y', '7');
    expect(await page.getByRole('list', { name: 'Runs in the plane' }).getByRole('listitem').allTextContents()).toEqual([expect.stringContaining('first'), expect.stringContaining('second')]);
    await page.getByRole('button', { name: 'Compute', exact: true }).click();
    await page.getByRole('img', { name: /^loss of first: joint plane of the training paths of this run and second/ }).waitFor({ timeout: 60_000 });
    await page.getByRole('button', { name: 'Compute', exact: true }).waitFor({ timeout: 60_000 });
    await page.getByText('Paths explained, together').waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
    const { trajectory, otherTrajectories } = JSON.parse(readFileSync(await save('Numbers and recipe (.json)'), 'utf8')) as Record<'trajectory', { steps: number[] }> & { otherTrajectories: { name: string; steps: number[] }[] };
    expect(otherTrajectories).toMatchObject([{ name: 'second', steps: trajectory.steps }]);
    expect(workbench.problems).toEqual([]);
  });
});
