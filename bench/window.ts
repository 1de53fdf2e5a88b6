import { parseArgs } from 'node:util';
import { chromium, type Page } from 'playwright';
import { machineText } from './frame/machine';
import { type Calls, countCalls, readCalls } from './window/calls';
import { profiled } from './window/profile';
import { startProgram } from './window/program';
import { type MainThread, watchMainThread } from './window/trace';

/** A task that is longer delays what a person does. */
const LONG = 50;
/** Pointer moves of a turn, about one a frame. */
const MOVES = 40;
const flags = ['--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'];

interface Row {
  readonly title: string;
  readonly thread: MainThread;
  readonly calls: Calls;
}

/** `npm run bench:window`: what the window's main thread and WebGL do while large surfaces are opened, streamed and turned. */
export async function main(args: string[], { root, browserFile }: { root: string; browserFile: string | undefined }): Promise<number> {
  const { values } = parseArgs({
    args,
    options: { profile: { type: 'boolean', default: false }, large: { type: 'string', default: '513' }, small: { type: 'string', default: '257' } },
  });
  if (browserFile === undefined) {
    console.error('No Chromium, Chrome or Edge found: `npm test -- --only e2e` installs one.');
    return 1;
  }
  const [large, small] = [Number(values.large), Number(values.small)];
  const size = (points: number): string => `${points} x ${points}`;
  const program = await startProgram(root);
  try {
    console.error(`computing ${size(large)} points`);
    program.compute(large);
    const browser = await chromium.launch({ executablePath: browserFile, args: flags });
    try {
      const page = await (await browser.newContext({ viewport: { width: 1400, height: 900 } })).newPage();
      page.setDefaultTimeout(300_000);
      await countCalls(page);
      await page.goto(program.address);
      await page.getByRole('link', { name: 'Landscape' }).waitFor();
      const rows: Row[] = [];
      const watch = async (title: string, happens: () => Promise<void>): Promise<void> => {
        console.error(title);
        await readCalls(page);
        const thread = values.profile ? await profiled(page, title, happens) : await watchMainThread(browser, page, happens);
        rows.push({ title, thread, calls: await readCalls(page) });
      };
      await watch(`open a saved surface, ${size(large)}`, () => open(page, large));
      await watch(`turn it, ${size(large)}`, () => turn(page));
      await watch(`a surface as it is computed, ${size(small)}`, () => stream(page, small, program.examples));
      await watch(`turn it, ${size(small)}`, () => turn(page));
      await watch('read values under the pointer', () => hover(page));
      await watch('linear to logarithmic height', () => rescale(page));
      await watch('nothing, for two seconds', () => page.waitForTimeout(2000));
      if (!values.profile) console.log(`${tableOf(rows)}\n\n${machineText()}, Chromium ${browser.version()}.`);
    } finally {
      await browser.close();
    }
  } finally {
    await program.end();
  }
  return 0;
}

const picture = (page: Page, points: number) => page.getByRole('img', { name: new RegExp(`${points}×${points}`) });

/** Long enough for work that was put off to be done. */
const settle = (page: Page): Promise<void> => page.waitForTimeout(1500);

async function open(page: Page, points: number): Promise<void> {
  await page.getByRole('link', { name: 'Landscape' }).click();
  await picture(page, points).waitFor();
  await settle(page);
}

async function stream(page: Page, points: number, examples: number): Promise<void> {
  const set = async (name: string, value: number): Promise<void> => {
    const field = page.getByRole('spinbutton', { name, exact: true });
    await field.fill(String(value));
    await field.press('Tab');
  };
  await set('Points along x', points);
  await set('Points along y', points);
  const all = page.getByRole('switch', { name: 'All examples' });
  if (await all.isChecked()) await all.click();
  await set('Examples', examples);
  await page.getByRole('button', { name: 'Compute', exact: true }).click();
  await picture(page, points).waitFor();
  await page.getByRole('button', { name: 'Compute', exact: true }).waitFor();
  await settle(page);
}

async function centre(page: Page): Promise<{ x: number; y: number }> {
  const box = await page.getByRole('img', { name: /^loss of/ }).boundingBox();
  if (box === null) throw new Error('No surface is shown.');
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

async function turn(page: Page): Promise<void> {
  const { x, y } = await centre(page);
  await page.mouse.move(x, y);
  await page.mouse.down();
  for (let i = 1; i <= MOVES; i++) await page.mouse.move(x + 2 * i, y + 30 * Math.sin(i / 20));
  await page.mouse.up();
  await settle(page);
}

async function hover(page: Page): Promise<void> {
  const { x, y } = await centre(page);
  for (let i = 1; i <= MOVES; i++) await page.mouse.move(x + 100 * Math.sin(i / 10), y + 60 * Math.cos(i / 7));
}

async function rescale(page: Page): Promise<void> {
  await page.getByRole('radio', { name: 'Log' }).click();
  await settle(page);
}

function tableOf(rows: readonly Row[]): string {
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const number = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toFixed(1));
  const kilobytes = (bytes: number): string => (bytes >= 1024 ** 2 ? `${number(bytes / 1024 ** 2)} MiB` : `${number(bytes / 1024)} KiB`);
  const lines = rows.map(({ title, thread: { tasks, frames }, calls }) => {
    const drawn = Math.max(calls.frames, 1);
    return [
      title,
      tasks.filter((task) => task > LONG).length,
      number(tasks[0] ?? 0),
      number(sum(tasks)),
      calls.frames,
      frames.length === 0 ? '' : `${number(frames[Math.floor(frames.length / 2)]!)} (${number(frames[Math.floor(frames.length * 0.05)]!)})`,
      calls.frames === 0 ? '' : number(calls.draws / drawn),
      calls.frames === 0 ? '' : Math.round(calls.triangles / drawn).toLocaleString('en'),
      calls.frames === 0 ? '' : kilobytes(calls.uploadedBytes / drawn),
    ].join(' | ');
  });
  return [
    `| what | tasks over ${LONG} ms | longest task, ms | all tasks, ms | frames drawn | script a frame, ms: median (95 %) | draw calls a frame | triangles a frame | uploaded a frame |`,
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...lines.map((line) => `| ${line} |`),
  ].join('\n');
}
