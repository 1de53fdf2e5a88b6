import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { preventable } from './stand-in/contents';
import { startShell } from './stand-in/start';

describe('the window', () => {
  it('runs its page in a sandbox, isolated from the preload script and without Node', async () => {
    const { window, modules, schemes } = await startShell();
    expect(window.options.webPreferences).toMatchObject({
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      webviewTag: false,
    });
    expect(window.options.webPreferences.preload).toMatch(/dist.electron.preload\.cjs$/);
    expect(window.loaded).toBe('app://basin/index.html');
    // Both must come before Electron is ready.
    expect(modules.app.log.slice(0, 3)).toEqual(['sandbox', 'scheme', 'ready']);
    expect(schemes).toEqual([{ scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } }]);
  });

  it('never leaves its page', async () => {
    const { window, modules } = await startShell();
    for (const name of ['will-navigate', 'will-redirect']) {
      for (const url of ['https://example.org/', 'file:///etc/passwd', 'app://elsewhere/', 'app://basin/assets/x.js', 'javascript:alert(1)', 'data:text/html,x']) {
        const event = preventable({ url });
        window.webContents.emit(name, event, url);
        expect(event.prevented(), `${name} to ${url}`).toBe(true);
      }
    }
    const again = preventable({ url: 'app://basin/index.html#/runs' });
    window.webContents.emit('will-navigate', again);
    expect(again.prevented()).toBe(false);
    const frame = preventable({ url: 'https://example.org/', isMainFrame: false });
    window.webContents.emit('will-frame-navigate', frame);
    expect(frame.prevented()).toBe(true);
    const webview = preventable({});
    window.webContents.emit('will-attach-webview', webview);
    expect(webview.prevented()).toBe(true);
    const download = preventable({});
    modules.session.defaultSession.emit('will-download', download);
    expect(download.prevented()).toBe(true);
    expect(modules.shell.openExternal).not.toHaveBeenCalled();
  });

  it('opens no window, and hands only links to papers to the browser', async () => {
    const { window, modules } = await startShell();
    const open = (url: string) => window.webContents.openHandler?.({ url });
    const refused = [
      'https://example.org/',
      'http://arxiv.org/abs/1712.09913',
      'https://arxiv.org.example.org/',
      'https://user:word@arxiv.org/',
      'https://arxiv.org:8443/',
      'file:///etc/passwd',
      'not an address',
    ];
    for (const url of refused) expect(open(url)).toEqual({ action: 'deny' });
    expect(modules.shell.openExternal).not.toHaveBeenCalled();
    expect(open('https://arxiv.org/abs/1712.09913')).toEqual({ action: 'deny' });
    expect(modules.shell.openExternal).toHaveBeenCalledExactlyOnceWith('https://arxiv.org/abs/1712.09913');
  });

  it('is given no permission but to copy, and no device', async () => {
    const { defaultSession } = await startShell();
    for (const permission of ['media', 'geolocation', 'notifications', 'clipboard-read', 'fileSystem', 'usb', 'openExternal']) {
      let granted: boolean | undefined;
      defaultSession.request?.({}, permission, (answer) => (granted = answer));
      expect(granted, permission).toBe(false);
      expect(defaultSession.check?.({}, permission), permission).toBe(false);
    }
    let copies: boolean | undefined;
    defaultSession.request?.({}, 'clipboard-sanitized-write', (answer) => (copies = answer));
    expect([copies, defaultSession.check?.({}, 'clipboard-sanitized-write')]).toEqual([true, true]);
    expect(defaultSession.device?.()).toBe(false);
    let streams: object | undefined;
    defaultSession.display?.({}, (answer) => (streams = answer));
    expect(streams).toEqual({});
  });

  it('remembers its size, and starts again when its page crashes', async () => {
    const { window, folder, modules } = await startShell();
    expect(window.options).toMatchObject({ width: 1400, height: 900 });
    window.emit('close');
    expect(JSON.parse(readFileSync(join(folder, 'user/window.json'), 'utf8'))).toEqual({ width: 1234, height: 765, maximized: true });
    window.webContents.emit('render-process-gone', {}, { reason: 'crashed' });
    expect(window.webContents.reload).toHaveBeenCalledOnce();
    for (let crash = 0; crash < 6; crash += 1) window.webContents.emit('render-process-gone', {}, { reason: 'crashed' });
    expect(window.webContents.reload).toHaveBeenCalledTimes(4);
    expect(modules.dialog.showErrorBox).toHaveBeenCalledWith('The window does not run', expect.stringContaining('crashed'));
    window.emit('ready-to-show');
    expect(window.show).toHaveBeenCalledOnce();
  });

  it('is one: a second start shows the first and ends', async () => {
    const second = await startShell({ firstInstance: false });
    expect(second.windows).toEqual([]);
    expect(second.children).toEqual([]);
    expect(second.modules.app.log).toContain('quit');

    const first = await startShell();
    first.window.minimized = true;
    first.modules.app.emit('second-instance');
    expect(first.window.restore).toHaveBeenCalledOnce();
    expect(first.window.focus).toHaveBeenCalledOnce();
  });
});
