import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityFindings, drop, exported, openWorkbench, picture, setNumber, trainSample, type Workbench } from './support';

/** From a sample to the surface around its network, and out of the program as a file. */
describe('the landscape of a trained network', () => {
  let workbench: Workbench;
  const folder = mkdtempSync(join(tmpdir(), 'basin-landscape-'));

  beforeAll(async () => {
    workbench = await openWorkbench();
  });

  afterAll(async () => {
    await workbench?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const fact = (name: string, region = 'Surface') => workbench.page.getByRole('region', { name: region, exact: true }).getByText(name, { exact: true }).locator('xpath=following-sibling::dd');

  const set = (name: string, value: string): Promise<void> => setNumber(workbench.page, name, value);

  const save = (item: string): Promise<string> => exported(workbench.page, item, folder);

  it('teaches what to do while nothing is trained', async () => {
    const { page } = workbench;
    await page.getByRole('link', { name: 'Landscape' }).click();
    await page.getByRole('heading', { name: 'No trained network yet' }).waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
  });

  it('is computed from a sample run: nothing lies outside what it says of itself', async () => {
    const { page } = workbench;
    await trainSample(page, /^moons(?!.population)/i);
    await page.getByRole('link', { name: 'Landscape' }).click();
    await page.getByRole('heading', { name: 'See the valley this network landed in' }).waitFor();
    await set('Points along x', '21');
    await set('Points along y', '17');
    await page.getByRole('button', { name: 'Compute', exact: true }).click();
    await page.getByRole('img', { name: /^loss of .*random plane.*21×17/ }).waitFor();
    await page.getByRole('button', { name: 'Compute', exact: true }).waitFor({ timeout: 60_000 });
    await page.getByText(/^Computed to/).waitFor({ state: 'detached' });
    const centre = Number(await fact('Centre').textContent());
    const lowest = Number((await fact('Lowest').textContent())!.split(' ')[0]);
    expect(centre).toBeGreaterThan(0);
    expect(lowest).toBeLessThanOrEqual(centre);
  });

  it('lists its valleys: the deepest floor is the lowest point', async () => {
    const { page } = workbench;
    const side = page.getByRole('region', { name: 'Valleys and passes' });
    await side.getByRole('switch', { name: 'Show valleys and passes' }).click();
    const floor = side.getByRole('region', { name: 'Valleys' }).getByRole('cell').first();
    await floor.waitFor();
    const lowest = Number((await fact('Lowest').textContent())!.split(' ')[0]);
    expect(Number(await floor.textContent())).toBeCloseTo(lowest, 3);
    expect(await accessibilityFindings(page)).toEqual([]);
  });

  it('says whether it can be trusted', async () => {
    const { page } = workbench;
    const side = page.getByRole('region', { name: 'Can it be trusted?' });
    await side.getByRole('button', { name: 'Check', exact: true }).click();
    await side.getByRole('button', { name: 'Check again' }).waitFor({ timeout: 60_000 });
    expect(await side.getByRole('listitem').allTextContents()).toEqual(expect.arrayContaining([expect.stringMatching(/Range\..*times their own norm/), expect.stringMatching(/Other directions\./)]));
    expect(await accessibilityFindings(page)).toEqual([]);
  });

  it('reads a value under the pointer', async () => {
    const { page } = workbench;
    const box = (await page.getByRole('img', { name: /^loss of/ }).boundingBox())!;
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await expect.poll(() => fact('Pointer').textContent()).toMatch(/^\d[\d.e−]* at −?[\d.]+, −?[\d.]+$/);
    await page.getByRole('radio', { name: 'Log' }).click();
    expect(await page.getByRole('radio', { name: 'Log' }).isChecked()).toBe(true);
    await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
    await picture(page, 'landscape-dark');
    expect(await accessibilityFindings(page)).toEqual([]);
  });

  it('is looked at from above, as a map that is still one after a reload', async () => {
    const { page } = workbench;
    await page.getByRole('radio', { name: 'Map', exact: true }).click();
    const map = page.getByRole('img', { name: /^loss of/ });
    const box = (await map.boundingBox())!;
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await expect.poll(() => fact('Pointer').textContent()).toMatch(/^\d[\d.e−]* at /);
    await page.mouse.move(box.x + 4, box.y + 4);
    // From the keyboard the reading starts in the middle: the weights themselves.
    await map.press('ArrowUp');
    await expect.poll(() => fact('Pointer').textContent()).toBe(`${await fact('Centre').textContent()} at 0, 0`);
    await map.press('ArrowRight');
    await expect.poll(() => fact('Pointer').textContent()).toMatch(/ at 0.1, 0$/);
    expect(await accessibilityFindings(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
    expect(await accessibilityFindings(page)).toEqual([]);
    await page.reload();
    await page.getByRole('radio', { name: 'Map', exact: true }).waitFor();
    expect(await page.getByRole('radio', { name: 'Map', exact: true }).isChecked()).toBe(true);
    // The form says how the shown surface was made.
    await expect.poll(() => page.getByRole('spinbutton', { name: 'Points along x' }).inputValue()).toBe('21');
    expect(await page.getByRole('spinbutton', { name: 'Points along y' }).inputValue()).toBe('17');
    await page.getByRole('radio', { name: 'Surface', exact: true }).click();
  });

  it('leaves as a table whose centre is what the window says', async () => {
    const lines = readFileSync(await save('Table (.csv)'), 'utf8').trim().split('\n');
    expect(lines[0]).toBe('x,y,loss,accuracy');
    expect(lines).toHaveLength(1 + 21 * 17);
    const centre = lines.map((line) => line.split(',')).find(([x, y]) => Number(x) === 0 && Number(y) === 0)!;
    expect(Number(Number(centre[2]).toPrecision(4))).toBeCloseTo(Number(await fact('Centre').textContent()), 4);
  });

  it('leaves as a figure of the size and theme that are asked for, and is copied with its caption', async () => {
    const { page } = workbench;
    await page.getByRole('button', { name: 'Export' }).click();
    await page.getByRole('menuitem', { name: /^Figure/ }).click();
    const dialog = page.getByRole('dialog', { name: 'Export a figure' });
    await set('Width', '100');
    await dialog.getByText('Width and height are whole numbers from 200 to 16384.').waitFor();
    expect(await dialog.getByRole('button', { name: 'Save figure' }).isDisabled()).toBe(true);
    await set('Width', '900');
    await set('Height', '600');
    await dialog.getByText('3 × 2 in on paper, 76.2 × 50.8 mm.').waitFor();
    await dialog.getByRole('radio', { name: 'Dark' }).click();
    expect(await accessibilityFindings(page)).toEqual([]);
    const [download] = await Promise.all([page.waitForEvent('download'), dialog.getByRole('button', { name: 'Save figure' }).click()]);
    const path = join(folder, 'figure.png');
    await download.saveAs(path);
    const figure = sharp(path);
    expect(await figure.metadata()).toMatchObject({ width: 900, height: 600 });
    const file = readFileSync(path);
    // The pHYs chunk counts by the metre.
    expect(file.readUInt32BE(file.indexOf('pHYs') + 4)).toBe(Math.round(300 / 0.0254));
    expect((await figure.raw().toBuffer())[0]).toBeLessThan(64);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Export' }).click();
    await page.getByRole('menuitem', { name: 'Copy as figure' }).click();
    await page.getByText('Figure copied').waitFor();
    const copied = await page.evaluate(async () => {
      const [item] = await navigator.clipboard.read();
      const { width, height } = await createImageBitmap(await item!.getType('image/png'));
      return { width, height, text: await (await item!.getType('text/plain')).text() };
    });
    expect(copied).toMatchObject({ width: 2400, height: 1700 });
    expect(copied.text).toMatch(/^loss of moons\n.*train, .* · 21×17$/);
  });

  it('leaves as a page that draws itself offline', async () => {
    // As the picture looks when it is saved, so the page does when it is opened.
    await workbench.page.getByRole('radio', { name: 'Map', exact: true }).click();
    await workbench.page.getByRole('radio', { name: 'Log', exact: true }).click();
    await workbench.page.getByRole('switch', { name: 'Contours' }).click();
    const path = await save('Interactive page (.html)');
    await workbench.page.getByRole('switch', { name: 'Contours' }).click();
    await workbench.page.getByRole('radio', { name: 'Linear', exact: true }).click();
    await workbench.page.getByRole('radio', { name: 'Surface', exact: true }).click();
    const context = await workbench.browser.newContext({ offline: true });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('request', (request) => !/^(file|data|blob):/.test(request.url()) && complaints.push(request.url()));
    await page.goto(pathToFileURL(path).href);
    await page.getByRole('img', { name: /^loss of/ }).waitFor();
    expect(await page.getByLabel('Shown as').inputValue()).toBe('map');
    expect(await page.getByLabel('Height').inputValue()).toBe('log');
    expect(await page.getByLabel('Contours').isChecked()).toBe(false);
    // A scene has a canvas for the picture and one for the letters; a map has one.
    expect(await page.locator('.stage canvas').count()).toBe(1);
    await page.getByLabel('Shown as').selectOption('surface');
    expect(await page.locator('.stage canvas').count()).toBe(2);
    await page.getByLabel('Height').selectOption('linear');
    await page.getByLabel('Shown as').selectOption('map');
    await page.getByRole('img', { name: /^loss of/ }).press('ArrowUp');
    expect(complaints).toEqual([]);
    await context.close();
  });

  it('is there again after a reload, at its own address', async () => {
    const { page } = workbench;
    expect(page.url()).toMatch(/#\/landscape\/[^/]+\/random-train-21x17-/);
    await page.reload();
    await page.getByRole('img', { name: /^loss of .*21×17/ }).waitFor();
    await page.getByRole('button', { name: /^Random plane, 21×17/ }).waitFor();
  });

  it('comes back from its picture, and not from a recipe of other weights', async () => {
    const { page } = workbench;
    const one = page.url();
    const png = await save('Map from above (.png)');
    const json = await save('Numbers and recipe (.json)');
    const { x, y, values } = JSON.parse(readFileSync(json, 'utf8')) as { x: number[]; y: number[]; values: Record<string, unknown> };
    await page.getByRole('button', { name: /^Remove.*21×17/ }).click();
    await page.getByRole('alertdialog').or(page.getByRole('dialog')).getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('heading', { name: 'See the valley this network landed in' }).waitFor();
    await drop(page, png, 'image/png');
    await page.getByRole('img', { name: /^loss of .*random plane.*21×17/ }).waitFor();
    await page.getByRole('button', { name: 'Compute', exact: true }).waitFor({ timeout: 60_000 });
    expect(page.url()).toBe(one);
    const again = JSON.parse(readFileSync(await save('Numbers and recipe (.json)'), 'utf8')) as typeof values;
    expect([again.x, again.y, again.values]).toEqual([x, y, values]);
    const other = join(folder, 'other.json');
    writeFileSync(other, readFileSync(json, 'utf8').replace(/"fingerprint":\s*"[^"]+"/, '"fingerprint": "of others"'));
    await drop(page, other, 'application/json');
    await page.getByText(/The weights differ: the recipe is of of others/).waitFor();
    const table = join(folder, 'table.json');
    writeFileSync(table, JSON.stringify(Array.from({ length: 40 }, (_, i) => ({ plane: i, grid: i % 3, recipe: i % 2 === 0 ? 'bread' : 'cake' }))));
    await drop(page, table, 'application/json');
    await page.waitForURL(/#\/data\//);
    await page.goto(one);
    await page.getByRole('img', { name: /^loss of .*21×17/ }).waitFor();
  });

  it('stands beside another: turned together, pointed at together, on one scale', async () => {
    const { page } = workbench;
    const one = page.url();
    await page.getByRole('link', { name: 'Compare' }).click();
    await page.getByRole('region', { name: 'Add a surface' }).waitFor();
    // The same plane, looked at closer, is the other one.
    await page.getByRole('link', { name: 'One surface' }).click();
    await set('Points along x', '21');
    await set('Points along y', '17');
    // Each axis can have a range of its own, upwards.
    await page.getByRole('button', { name: 'Each axis' }).click();
    await set('x from', '3');
    await page.getByText('A range goes upwards').waitFor();
    expect(await page.getByRole('button', { name: 'Compute', exact: true }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'The same both ways' }).click();
    await set('Range ±', '0.3');
    await page.getByRole('button', { name: 'Compute', exact: true }).click();
    await page.getByRole('region', { name: 'Surface settings' }).getByRole('button', { name: /^Random plane, 21×17/ }).nth(1).waitFor({ timeout: 60_000 });
    await page.getByRole('button', { name: 'Compute', exact: true }).waitFor({ timeout: 60_000 });
    await page.getByRole('link', { name: 'Compare' }).click();
    await page.getByRole('region', { name: 'Add a surface' }).getByRole('button', { name: /^Random plane, 21×17/ }).click();
    const panes = page.getByRole('region', { name: /^Surface \d: moons$/ });
    await expect.poll(() => panes.count()).toBe(2);
    expect(page.url()).toMatch(/#\/landscape\/compare(\/[^/]+\/random-train-21x17-\w+){2}$/);
    await panes.nth(1).getByText(/^Ruggedness/).waitFor();
    const image = panes.nth(0).getByRole('img');
    const box = (await image.boundingBox())!;
    await page.mouse.move(box.x + box.width / 2 - 30, box.y + box.height / 2 + 20);
    const reading = (i: number) => panes.nth(i).getByText('Pointer').locator('xpath=following-sibling::dd').textContent();
    for (const i of [0, 1]) await expect.poll(() => reading(i)).toMatch(/^\d/);
    expect(await accessibilityFindings(page)).toEqual([]);
    // As maps the panes are read together, too: from the keyboard first in the middle of each, at the weights themselves.
    await page.getByRole('radio', { name: 'Map', exact: true }).click();
    await page.getByRole('switch', { name: 'One camera' }).waitFor({ state: 'detached' });
    await page.mouse.move(0, 0);
    await image.press('ArrowUp');
    for (const i of [0, 1]) await expect.poll(() => reading(i)).toBe(await panes.nth(i).getByText('Centre').locator('xpath=following-sibling::dd').textContent());
    expect(await accessibilityFindings(page)).toEqual([]);
    await page.getByRole('radio', { name: 'Surface', exact: true }).click();
    await page.reload();
    await expect.poll(() => panes.count()).toBe(2);
    await page.getByRole('switch', { name: 'One camera' }).click();
    await page.getByRole('switch', { name: 'One scale' }).click();
    const figures = JSON.parse(readFileSync(await save('Numbers and recipes (.json)'), 'utf8')) as { surfaces: { recipe: { grid: { x: { to: number } } } }[] };
    expect(figures.surfaces.map(({ recipe }) => recipe.grid.x.to).toSorted()).toEqual([0.3, 1]);
    await page.goto(one);
    await page.getByRole('img', { name: /^loss of .*21×17/ }).waitFor();
  });

  it('becomes a film over the checkpoints, at its own address', async () => {
    const { page } = workbench;
    const one = page.url();
    const side = page.getByRole('region', { name: 'Over training' });
    await set('Points along x', '9');
    await set('Points along y', '9');
    await set('Moments', '3');
    await side.getByRole('button', { name: 'Compute series' }).click();
    await page.getByRole('slider', { name: 'Moment of training' }).waitFor({ timeout: 60_000 });
    expect(page.url()).toMatch(/#\/landscape\/[^/]+\/series-random-train-9x9-/);
    const slider = page.getByRole('slider', { name: 'Moment of training' });
    expect(await slider.getAttribute('aria-valuetext')).toBe('step 0');
    const before = Number(await page.getByText('Centre', { exact: true }).locator('xpath=following-sibling::dd').textContent());
    await slider.press('ArrowRight');
    await slider.press('ArrowRight');
    await expect.poll(() => slider.getAttribute('aria-valuetext')).toMatch(/^step [1-9]/);
    const after = Number(await page.getByText('Centre', { exact: true }).locator('xpath=following-sibling::dd').textContent());
    expect(after).toBeLessThan(before);
    await slider.fill('0.4');
    await page.getByText(/^between steps 0 and \d+, interpolated$/).waitFor();
    // From above the middle is the weights of each moment.
    await page.getByRole('radio', { name: 'Map', exact: true }).click();
    await slider.fill('2');
    await page.getByRole('img', { name: /^loss over training/ }).press('ArrowUp');
    await expect.poll(() => fact('Pointer', 'Surface over training').textContent()).toBe(`${await fact('Centre', 'Surface over training').textContent()} at 0, 0`);
    expect(await accessibilityFindings(page)).toEqual([]);
    await page.getByRole('radio', { name: 'Surface', exact: true }).click();
    await page.getByRole('button', { name: 'Play' }).click();
    await expect.poll(() => slider.inputValue(), { timeout: 20_000 }).toBe('2');
    await page.reload();
    await slider.waitFor();
    await page.goto(one);
    await page.getByRole('img', { name: /^loss of .*21×17/ }).waitFor();
  });

  it('comes back from its directions, saved as a file and dropped as one', async () => {
    const { page } = workbench;
    const values = async (): Promise<unknown> => (JSON.parse(readFileSync(await save('Numbers and recipe (.json)'), 'utf8')) as { values: unknown }).values;
    const before = await values();
    const directions = await save('Directions (.safetensors)');
    await page.getByRole('combobox', { name: 'Plane' }).click();
    await page.getByRole('option', { name: 'My own directions' }).click();
    await drop(page, directions, 'application/octet-stream');
    await page.getByText(/-directions\.safetensors$/).waitFor();
    await set('Points along x', '21');
    await set('Points along y', '17');
    await page.getByRole('button', { name: 'Compute', exact: true }).click();
    await page.getByRole('img', { name: /^loss of .*directions.*safetensors.*21×17/ }).waitFor();
    await page.getByRole('button', { name: 'Compute', exact: true }).waitFor({ timeout: 60_000 });
    expect(await values()).toEqual(before);
  });

  it('draws the line to the weights before training: its end is worse than its start', async () => {
    const { page } = workbench;
    await page.getByRole('combobox', { name: 'Plane' }).click();
    await page.getByRole('option', { name: 'Line' }).click();
    await page.getByRole('combobox', { name: 'Towards' }).click();
    await page.getByRole('option', { name: 'Before training, this run' }).click();
    await set('Points along x', '15');
    await page.getByRole('button', { name: 'Compute', exact: true }).click();
    await page.getByRole('img', { name: /^loss of .*line to moons \(init\).*15 points/ }).waitFor();
    await page.getByRole('button', { name: 'Compute', exact: true }).waitFor({ timeout: 60_000 });
    const table = readFileSync(await save('Table (.csv)'), 'utf8').trim().split('\n').slice(1).map((line) => line.split(',').map(Number));
    const nearest = (x: number): number => table.toSorted((a, b) => Math.abs(a[0]! - x) - Math.abs(b[0]! - x))[0]![2]!;
    expect(nearest(1)).toBeGreaterThan(2 * nearest(0));
  });

  it('shows a volume as nested surfaces with a cut, and saves what it shows', async () => {
    const { page } = workbench;
    await page.getByRole('radio', { name: '3D' }).click();
    for (const axis of ['x', 'y', 'z']) await set(`Points along ${axis}`, '9');
    await page.getByRole('button', { name: 'Compute', exact: true }).click();
    await page.getByRole('img', { name: /^loss of .*random volume.*9×9×9/ }).waitFor();
    await page.getByRole('button', { name: 'Compute', exact: true }).waitFor({ timeout: 60_000 });
    const side = page.getByRole('region', { name: 'Iso-surfaces' });
    const levels = side.getByRole('slider', { name: /^Level \d of loss/ });
    await expect.poll(() => levels.count()).toBe(3);
    const shares = (await side.getByTitle(/^Share of the volume/).allTextContents()).map((text) => Number.parseFloat(text));
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    await side.getByRole('radio', { name: 'z' }).click();
    const box = (await page.getByRole('img', { name: /^loss of/ }).boundingBox())!;
    await page.mouse.move(box.x + box.width * 0.45, box.y + box.height * 0.55);
    await expect.poll(() => fact('Pointer').textContent()).toMatch(/^\d[\d.e−]* at −?[\d.]+, −?[\d.]+, 0$/);
    await page.getByRole('img', { name: /^loss of/ }).press('PageUp');
    await side.getByText('z = 0.25').waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
    const table = readFileSync(await save('Table (.csv)'), 'utf8').trim().split('\n');
    expect([table[0], table.length]).toEqual(['x,y,z,loss,accuracy', 1 + 9 ** 3]);
    const model = JSON.parse(readFileSync(await save('3D model (.gltf)'), 'utf8')) as { meshes: unknown[] };
    expect(model.meshes).toHaveLength(3);
  });

  it('made the browser complain of nothing', () => {
    expect(workbench.problems.filter((problem) => !/GPU stall|swiftshader|WebGL/i.test(problem))).toEqual([]);
  });
});
