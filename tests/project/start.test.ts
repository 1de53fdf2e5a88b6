import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { installedElectron, obtainElectron } from '../../scripts/start/electron.mjs';
import { look, tryDesktop } from '../../scripts/start/surroundings.mjs';
import { showWindow } from '../../scripts/start/window.mjs';

const posix = process.platform !== 'win32';

describe("Electron's runtime", () => {
  let folder: string;
  let place: { folder: string; absence: string; patience: number };
  const attempts = () => (existsSync(join(folder, 'attempts')) ? readFileSync(join(folder, 'attempts'), 'utf8').length : 0);

  /** Stands in for Electron's own installer: counts its starts, then does what the test wants. */
  const installer = (then: string) =>
    writeFileSync(
      join(folder, 'install.js'),
      `const fs = require('fs'); const path = require('path'); fs.appendFileSync(path.join(__dirname, 'attempts'), '.');\n${then}`,
    );

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'basin-electron-'));
    place = { folder, absence: join(folder, 'cache/absent'), patience: 60_000 };
    writeFileSync(join(folder, 'package.json'), '{ "version": "45.0.0" }');
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is asked for once when it cannot be had, and again on wish or for another version', async () => {
    installer('process.exit(1);');
    const first = await obtainElectron({ retry: false }, place);
    expect(first).toMatchObject({ reason: "Electron's runtime 45.0.0 could not be downloaded" });
    expect(first.program).toBeUndefined();
    expect(attempts()).toBe(1);

    expect((await obtainElectron({ retry: false }, place)).reason).toMatch(/--shell desktop tries again/);
    expect(attempts()).toBe(1);
    await obtainElectron({ retry: true }, place);
    expect(attempts()).toBe(2);
    writeFileSync(join(folder, 'package.json'), '{ "version": "46.0.0" }');
    await obtainElectron({ retry: false }, place);
    expect(attempts()).toBe(3);
  });

  it('does not hold the start up when the line is dead', async () => {
    installer('setInterval(() => {}, 1000);');
    const answer = await obtainElectron({ retry: false }, { ...place, patience: 200 });
    expect(answer.program).toBeUndefined();
    expect(answer.reason).toMatch(/did not arrive within/);
    answer.stop();
    expect((await obtainElectron({ retry: false }, place)).reason).toMatch(/is not here/);
  });

  const arrive = (script: string) => `
    fs.mkdirSync(path.join(__dirname, 'dist'));
    fs.writeFileSync(path.join(__dirname, 'dist/electron'), ${JSON.stringify(script)}, { mode: 0o755 });
    fs.writeFileSync(path.join(__dirname, 'path.txt'), 'electron');`;

  it.runIf(posix)('is used when the download brings it, and forgets an earlier absence', async () => {
    installer('process.exit(1);');
    await obtainElectron({ retry: false }, place);
    installer(arrive('#!/bin/sh\nexit 0\n'));
    expect(await obtainElectron({ retry: true }, place)).toMatchObject({ program: join(folder, 'dist/electron') });
    expect(existsSync(place.absence)).toBe(false);
    expect(installedElectron(folder)).toBe(join(folder, 'dist/electron'));
  });

  it.runIf(posix)('is not used when it cannot start, and says why in one line', async () => {
    installer(arrive('#!/bin/sh\necho "libnss3.so: cannot open shared object file" >&2\necho more >&2\nexit 127\n'));
    const answer = await obtainElectron({ retry: false }, place);
    expect(answer.program).toBeUndefined();
    expect(answer.reason).toBe("Electron's runtime does not start here: libnss3.so: cannot open shared object file");
  });

  it('is not taken from a half-extracted download', () => {
    mkdirSync(join(folder, 'dist'));
    writeFileSync(join(folder, 'dist/electron'), '');
    expect(installedElectron(folder)).toBeUndefined();
  });
});

describe("the page's window", () => {
  afterEach(() => vi.unstubAllEnvs());

  it.runIf(process.platform === 'linux')('is an app window with a profile of its own, which leaves nothing behind', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'basin-browser-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    // Stands in for the browser: writes down how it was started, and stays.
    writeFileSync(join(folder, 'chromium'), '#!/bin/sh\necho "$@" > "$0.part"\n/bin/mv "$0.part" "$0.args"\nexec /bin/sleep 600\n', { mode: 0o755 });
    vi.stubEnv('PATH', folder);
    const window = await showWindow('http://127.0.0.1:4817/?token=x', { rootOnLinux: false });
    if (typeof window === 'string') throw new Error(window);
    const args = await vi.waitFor(() => readFileSync(join(folder, 'chromium.args'), 'utf8'), { timeout: 10_000 });
    expect(args).toContain('--app=http://127.0.0.1:4817/?token=x');
    const profile = /--user-data-dir=(\S+)/.exec(args)?.[1] ?? '';
    expect(existsSync(profile)).toBe(true);
    await window.close();
    await window.closed;
    expect(existsSync(profile)).toBe(false);
  });

  it('is not opened as root, where browsers refuse', async () => {
    expect(await showWindow('http://127.0.0.1:4817/', { rootOnLinux: true })).toMatch(/open the address in yours/);
  });
});

describe('the choice of the shell', () => {
  const machine = (platform: NodeJS.Platform, environment: NodeJS.ProcessEnv, uid: number | undefined = 1000) => look({ platform, environment, uid });

  it('takes the desktop where there is one', () => {
    expect(tryDesktop(machine('linux', { DISPLAY: ':0' }), undefined)).toEqual({ desktop: true });
    expect(tryDesktop(machine('linux', { WAYLAND_DISPLAY: 'wayland-0' }), undefined)).toEqual({ desktop: true });
    expect(tryDesktop(machine('darwin', {}), undefined)).toEqual({ desktop: true });
    expect(tryDesktop(machine('win32', {}, undefined), undefined)).toEqual({ desktop: true });
  });

  it('serves a page without a display, in an automatic run, and on wish', () => {
    expect(tryDesktop(machine('linux', {}), undefined)).toEqual({ desktop: false, reason: 'No desktop window: no display here' });
    expect(tryDesktop(machine('linux', {}), 'desktop').desktop).toBe(false);
    expect(tryDesktop(machine('darwin', { CI: 'true' }), undefined).desktop).toBe(false);
    expect(tryDesktop(machine('darwin', {}), 'web')).toEqual({ desktop: false });
  });

  it('drops the sandbox as root only when asked for the desktop', () => {
    const root = machine('linux', { DISPLAY: ':0' }, 0);
    expect(root.rootOnLinux).toBe(true);
    expect(tryDesktop(root, undefined)).toMatchObject({ desktop: false, reason: expect.stringContaining('as root') as unknown });
    expect(tryDesktop(root, 'desktop')).toEqual({ desktop: true });
    expect(machine('darwin', {}, 0).rootOnLinux).toBe(false);
  });
});
