import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { root } from '../../scripts/root.mjs';

describe('npm start', () => {
  let home: string;
  const started: ChildProcess[] = [];

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'basin-home-'));
  });

  afterEach(() => {
    for (const child of started.splice(0)) if (child.exitCode === null) child.kill('SIGKILL');
    rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  });

  /** Starts Basin as a user without a display would; `until` resolves with what it said once that fits a pattern. */
  const start = (...args: string[]) => startIn({ DISPLAY: '', WAYLAND_DISPLAY: '', CI: '1' }, ...args);

  function startIn(surroundings: NodeJS.ProcessEnv, ...args: string[]) {
    const environment = { ...process.env, ...surroundings, BASIN_HOME: home };
    const child = spawn(process.execPath, [join(root, 'scripts/start.mjs'), ...args], { cwd: root, env: environment });
    started.push(child);
    let said = '';
    let look = (): void => {};
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data: Buffer) => {
        said += data.toString();
        look();
      });
    }
    // After `close` everything that was said has been read.
    const ended = new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? -1)));
    const until = (pattern: RegExp) =>
      new Promise<RegExpExecArray>((resolve, reject) => {
        look = () => {
          const match = pattern.exec(said);
          if (match) resolve(match);
        };
        void ended.then((code) => reject(new Error(`it ended with ${code} and said:\n${said}`)));
        look();
      });
    return { child, ended, until, said: () => said };
  }

  it('says why there is no desktop window, serves the page, prints its address and stays up', async () => {
    const basin = start();
    const [, address = ''] = await basin.until(/Basin is at (http:\/\/127\.0\.0\.1:\d+\/\?token=\S+)/);
    expect(basin.said()).toMatch(/^No desktop window: .*\. Basin runs as a page instead\.$/m);
    const entered = await fetch(address, { redirect: 'manual' });
    expect(entered.status).toBe(303);
    const cookie = entered.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/HttpOnly/);
    expect(cookie).toMatch(/SameSite=Strict/);
    const page = await fetch(new URL('/', address), { headers: { cookie: cookie.split(';')[0] ?? '' } });
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('<title>Basin</title>');

    // The end is clean: exit code 0 and nobody listens any more.
    basin.child.kill('SIGINT');
    expect(await basin.ended).toBe(0);
    await expect(fetch(address)).rejects.toThrow();
  });

  it('takes the port it is given, and names one that is in use', async () => {
    const occupant = createServer();
    const port = await new Promise<number>((resolve) => {
      occupant.listen(0, '127.0.0.1', () => resolve((occupant.address() as { port: number }).port));
    });
    const refused = start('--shell', 'web', '--no-open', '--port', String(port));
    expect(await refused.ended).toBe(1);
    expect(refused.said()).toContain(`Port ${port} is in use`);
    expect(refused.said()).not.toContain('Basin is at');
    occupant.close();
  });

  it.runIf(process.platform === 'linux')("hands over to Electron where its runtime is, and ends with it", async () => {
    // Stands in for the runtime: says how it was started.
    const runtime = join(home, 'runtime');
    mkdirSync(runtime);
    writeFileSync(join(runtime, 'electron'), '#!/bin/sh\n[ -n "$ELECTRON_RUN_AS_NODE" ] && exit 0\necho "window with: $*"\nexit 7\n', { mode: 0o755 });
    const basin = startIn({ DISPLAY: ':0', CI: '', ELECTRON_OVERRIDE_DIST_PATH: runtime }, '--shell', 'desktop', '--verbose');
    expect(await basin.ended).toBe(7);
    const sandbox = process.getuid?.() === 0 ? '--no-sandbox ' : '';
    expect(basin.said()).toContain(`window with: ${sandbox}${root} --verbose`);
  });

  it('names a shell that does not exist', async () => {
    const refused = start('--shell', 'terminal');
    expect(await refused.ended).toBe(1);
    expect(refused.said()).toContain('There is no shell "terminal": --shell desktop or --shell web.');
  });
});
