import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityFindings, exported, openWorkbench, setNumber, trainSample, type Workbench } from './support';

/** Points chosen where a quantity bends: asked for, looked at, and out of the program with what tells them from the interpolated ones. */
describe('a surface of chosen points', () => {
  let workbench: Workbench;
  const folder = mkdtempSync(join(tmpdir(), 'basin-adaptive-'));

  beforeAll(async () => {
    workbench = await openWorkbench();
  });

  afterAll(async () => {
    await workbench?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const choose = async (name: string, option: string): Promise<void> => {
    await workbench.page.getByRole('combobox', { name, exact: true }).click();
    await workbench.page.getByRole('option', { name: option, exact: true }).click();
  };

  const save = (item: string): Promise<string> => exported(workbench.page, item, folder);

  /** The squares of a map in a file: closed paths of nothing but level and upright lines. */
  const squares = async (): Promise<number> => (readFileSync(await save('Map for papers (.svg)'), 'utf8').match(/M[\d.-]+ [\d.-]+H[\d.-]+V[\d.-]+H[\d.-]+Z/g) ?? []).length;

  it('goes where the chosen quantity bends, and says so', async () => {
    const { page } = workbench;
    await page.getByRole('link', { name: 'Landscape' }).click();
    await trainSample(page, /^moons(?!.population)/i);
    await page.getByRole('link', { name: 'Landscape' }).click();
    await page.getByRole('heading', { name: 'See the valley this network landed in' }).waitFor();
    await page.getByRole('combobox', { name: 'Computed', exact: true }).click();
    await page.getByRole('option', { name: /^Where it bends/ }).click();
    for (const [field, value] of [['Points along x', '65'], ['Points along y', '65'], ['Of them', '300']] as const) await setNumber(page, field, value);
    await page.getByRole('checkbox', { name: 'Gradient norm' }).check();
    await choose('Bends of', 'gradient-norm');
    // What is not computed any more decides nothing.
    await page.getByRole('checkbox', { name: 'Gradient norm' }).uncheck();
    await expect.poll(() => page.getByRole('combobox', { name: 'Bends of', exact: true }).innerText()).toBe('loss');
    await page.getByText(/^300 points on/).waitFor();
    await choose('Bends of', 'accuracy');
    expect(await accessibilityFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Compute', exact: true }).click();
    await page.getByRole('img', { name: /^loss of .*300 points \(dots\) chosen on 65×65 where accuracy bends/ }).waitFor();
    await page.getByRole('button', { name: 'Compute', exact: true }).waitFor({ timeout: 60_000 });
    await page.getByText(/^Computed to/).waitFor({ state: 'detached' });
    const { recipe, computed } = JSON.parse(readFileSync(await save('Numbers and recipe (.json)'), 'utf8')) as { recipe: { adaptive: unknown }; computed: number[][] };
    expect(recipe.adaptive).toEqual({ points: 300, quantity: 'accuracy' });
    expect(computed.flat().reduce((sum, known) => sum + known, 0)).toBe(300);
  });

  it('shows its points on the map, and in the files that are as the picture is', async () => {
    const { page } = workbench;
    await page.getByRole('radio', { name: 'Map', exact: true }).click();
    const map = page.getByRole('img', { name: /^loss of/ });
    await page.getByRole('switch', { name: 'Contours' }).click();
    // In the valley, where the colours are dark, nothing but the dots is nearly white.
    const bright = () => map.evaluate((element) => {
      const { width, height } = element as HTMLCanvasElement;
      const middle = new OffscreenCanvas(width * 0.2, height * 0.3).getContext('2d', { willReadFrequently: true })!;
      middle.drawImage(element as HTMLCanvasElement, -width * 0.4, -height * 0.3);
      const { data } = middle.getImageData(0, 0, middle.canvas.width, middle.canvas.height);
      let count = 0;
      for (let i = 0; i < data.length; i += 4) if (Math.min(data[i]!, data[i + 1]!, data[i + 2]!) > 190) count++;
      return count;
    });
    const toggle = page.getByRole('switch', { name: 'Computed points' });
    await toggle.click();
    expect(await squares()).toBe(0);
    const without = await bright();
    await toggle.click();
    expect(await squares()).toBe(300);
    expect(await bright()).toBeGreaterThan(without + 20);
  });

  it('leaves as a page with the same points', async () => {
    const path = await save('Interactive page (.html)');
    const context = await workbench.browser.newContext({ offline: true });
    const page = await context.newPage();
    await page.goto(pathToFileURL(path).href);
    await page.getByRole('img', { name: /^loss of .*300 points chosen on 65×65 where accuracy bends/ }).waitFor();
    expect(await page.getByRole('checkbox', { name: 'Points' }).isChecked()).toBe(true);
    await context.close();
  });

  it('is asked for again as it was', async () => {
    const { page } = workbench;
    await page.reload();
    await expect.poll(() => page.getByRole('spinbutton', { name: 'Of them' }).inputValue()).toBe('300');
    expect(await page.getByRole('combobox', { name: 'Bends of', exact: true }).innerText()).toBe('accuracy');
    await page.getByRole('radio', { name: 'Surface', exact: true }).click();
    expect(workbench.problems.filter((problem) => !/GPU stall|swiftshader|WebGL/i.test(problem))).toEqual([]);
  });
});
