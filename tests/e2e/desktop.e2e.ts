import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build } from '../../scripts/build.mjs';
import { root } from '../../scripts/root.mjs';
import { installedElectron } from '../../scripts/start/electron.mjs';
import { look } from '../../scripts/start/surroundings.mjs';

const program = installedElectron();
const { noWindow, rootOnLinux } = look({ platform: process.platform, environment: { ...process.env, CI: '' }, uid: process.getuid?.() });
const missing = program === undefined ? "Electron's runtime is not here" : noWindow;

/** The desktop shell itself, where it can run; elsewhere these are reported as skipped, and tests/electron stand in. */
describe.skipIf(missing !== undefined)(`the desktop window${missing === undefined ? '' : ` (not run: ${missing})`}`, () => {
  let application: ElectronApplication;
  let page: Page;
  let home: string;

  beforeAll(async () => {
    await build(undefined, () => {});
    home = mkdtempSync(join(tmpdir(), 'basin-home-'));
    application = await _electron.launch({
      ...(program === undefined ? {} : { executablePath: program }),
      args: [...(rootOnLinux ? ['--no-sandbox'] : []), `--user-data-dir=${join(home, 'user')}`, root],
      env: { ...(process.env as Record<string, string>), BASIN_HOME: home },
    });
    page = await application.firstWindow();
  });

  afterAll(async () => {
    await application?.close();
    rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  });

  it('shows Home from app://, in a page without Node', async () => {
    await page.getByRole('heading').first().waitFor();
    expect(page.url()).toMatch(/^app:\/\/basin\/index\.html/);
    const reachable = await page.evaluate(() => ['require', 'process', 'module', 'Buffer'].filter((name) => name in globalThis));
    expect(reachable).toEqual([]);
    expect(await page.evaluate(() => 'basinShell' in globalThis)).toBe(true);
  });

  it('reaches the engine over its port', async () => {
    const [port] = await page.evaluateHandle(
      () =>
        new Promise<MessagePort[]>((resolve) => {
          addEventListener('message', (event) => {
            if ((event.data as { basin?: string }).basin === 'engine-port') resolve([...event.ports]);
          });
          (globalThis as unknown as { basinShell: { connect(): void } }).basinShell.connect();
        }),
    ).then((handle) => handle.evaluate((ports) => ports.map(() => 'port')));
    expect(port).toBe('port');
  });

  it('stays on its page and opens no window', async () => {
    await page.evaluate(() => void (location.href = 'https://example.org/'));
    await page.evaluate(() => void window.open('https://example.org/'));
    expect(page.url()).toMatch(/^app:\/\/basin/);
    expect(application.windows()).toHaveLength(1);
  });
});
