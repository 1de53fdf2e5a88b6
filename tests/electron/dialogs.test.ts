import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Contents } from './stand-in/contents';
import { startShell, type Started } from './stand-in/start';

/** Calls a handler as the page would, or as something else would. */
async function invoke(shell: Started, channel: string, request: unknown, from: { sender?: Contents; frame?: object | null } = {}): Promise<unknown> {
  const handler = shell.handlers.get(channel) as ((event: object, request: unknown) => unknown) | undefined;
  if (handler === undefined) throw new Error(`nobody answers ${channel}`);
  const sender = from.sender ?? shell.window.webContents;
  const senderFrame = from.frame === undefined ? shell.window.webContents.mainFrame : from.frame;
  return handler({ sender, senderFrame }, request);
}

describe('dialogs', () => {
  it('answer with the chosen paths, and with none when cancelled', async () => {
    const shell = await startShell();
    const { showOpenDialog } = shell.modules.dialog;
    showOpenDialog.mockResolvedValueOnce({ canceled: false, filePaths: ['/data/iris.csv', '/data/wine.csv'] });
    expect(await invoke(shell, 'basin:choose-files', { title: 'Open data', extensions: ['csv'], multiple: true })).toEqual(['/data/iris.csv', '/data/wine.csv']);
    expect(showOpenDialog).toHaveBeenLastCalledWith(shell.window, {
      title: 'Open data',
      properties: ['openFile', 'multiSelections'],
      filters: [{ name: 'csv', extensions: ['csv'] }],
    });
    showOpenDialog.mockResolvedValueOnce({ canceled: true, filePaths: [] });
    expect(await invoke(shell, 'basin:choose-files', undefined)).toEqual([]);
    showOpenDialog.mockResolvedValueOnce({ canceled: true, filePaths: [] });
    expect(await invoke(shell, 'basin:choose-folder', {})).toBeUndefined();
    showOpenDialog.mockResolvedValueOnce({ canceled: false, filePaths: ['/data/flowers'] });
    expect(await invoke(shell, 'basin:choose-folder', {})).toBe('/data/flowers');
  });

  it('save where the user says, and nothing when cancelled', async () => {
    const shell = await startShell();
    const { showSaveDialog } = shell.modules.dialog;
    const filePath = join(shell.folder, 'surface.png');
    showSaveDialog.mockResolvedValueOnce({ canceled: false, filePath });
    await invoke(shell, 'basin:save-file', { name: 'surface.png', bytes: new Uint8Array([1, 2, 3]) });
    expect([...readFileSync(filePath)]).toEqual([1, 2, 3]);
    expect(showSaveDialog).toHaveBeenLastCalledWith(shell.window, { defaultPath: 'surface.png' });
    const other = join(shell.folder, 'other.png');
    showSaveDialog.mockResolvedValueOnce({ canceled: true, filePath: other });
    await invoke(shell, 'basin:save-file', { name: 'other.png', bytes: new Uint8Array([1]) });
    expect(existsSync(other)).toBe(false);
  });

  it('leave an older file as it was when writing fails', async () => {
    const shell = await startShell();
    const filePath = join(shell.folder, 'kept.png');
    writeFileSync(filePath, 'older');
    // A folder in the place of the new file: writing fails for every user, on every system.
    mkdirSync(`${filePath}.part`);
    shell.modules.dialog.showSaveDialog.mockResolvedValueOnce({ canceled: false, filePath });
    await expect(invoke(shell, 'basin:save-file', { name: 'kept.png', bytes: new Uint8Array([1]) })).rejects.toThrow();
    expect(readFileSync(filePath, 'utf8')).toBe('older');
  });

  it.each([
    ['../../.bashrc', new Uint8Array([1])],
    ['C:\\autorun.inf', new Uint8Array([1])],
    ['', new Uint8Array([1])],
    ['fine.png', 'text'],
  ])('refuse to save %j', async (name, bytes) => {
    const shell = await startShell();
    await expect(invoke(shell, 'basin:save-file', { name, bytes })).rejects.toThrow();
    expect(shell.modules.dialog.showSaveDialog).not.toHaveBeenCalled();
  });

  it('refuse whoever is not the main frame of our page in our window', async () => {
    const shell = await startShell();
    const ours = 'app://basin/index.html';
    const strangers = [
      { sender: new Contents() },
      { frame: null },
      { frame: { url: ours, parent: { url: ours, parent: null } } },
      { frame: { url: 'https://example.org/', parent: null } },
      { frame: { url: 'app://basin.example.org/index.html', parent: null } },
    ];
    for (const stranger of strangers) {
      for (const channel of ['basin:choose-files', 'basin:choose-folder', 'basin:save-file']) {
        await expect(invoke(shell, channel, { name: 'a', bytes: new Uint8Array() }, stranger)).rejects.toThrow("not asked by Basin's window");
      }
      shell.modules.ipcMain.emit('basin:connect', {
        sender: stranger.sender ?? shell.window.webContents,
        senderFrame: stranger.frame === undefined ? shell.window.webContents.mainFrame : stranger.frame,
      });
    }
    expect(shell.modules.dialog.showOpenDialog).not.toHaveBeenCalled();
    expect(shell.engine.received).toEqual([]);
  });
});
