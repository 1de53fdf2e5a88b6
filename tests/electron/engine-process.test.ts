import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Port } from './stand-in/process';
import { startShell, type Started } from './stand-in/start';

/** The page asks for the engine. */
const connect = (shell: Started): void => {
  const { webContents } = shell.window;
  shell.modules.ipcMain.emit('basin:connect', { sender: webContents, senderFrame: webContents.mainFrame });
};

const ports = (shell: Started) => shell.window.webContents.sent.filter((one) => one.channel === 'basin:port').map((one) => one.ports[0] as Port);

describe('the engine', () => {
  afterEach(() => vi.useRealTimers());

  it('runs in a process of its own and meets the page over a channel', async () => {
    const shell = await startShell();
    expect(shell.engine.entry).toMatch(/dist.engine.engine\.js$/);
    expect(shell.engine.options.env?.BASIN_SHELL).toBe('desktop');
    expect(shell.engine.received).toEqual([]);
    connect(shell);
    const [given] = shell.engine.received;
    expect(given?.message).toEqual({ kind: 'connect' });
    expect(ports(shell)).toHaveLength(1);
    expect(ports(shell)[0]?.other).toBe(given?.ports[0]);
  });

  it('is started again when it ends unexpectedly; the page is told and gets a new port', async () => {
    const shell = await startShell();
    connect(shell);
    shell.engine.emit('exit', 139);
    expect(shell.children).toHaveLength(2);
    const told = shell.window.webContents.sent.map((one) => one.channel);
    expect(told).toEqual(['basin:port', 'basin:engine-ended', 'basin:port']);
    expect(shell.window.webContents.sent[1]?.message).toMatchObject({
      message: 'The engine ended unexpectedly (code 139).',
      hint: expect.stringContaining('go on from their last checkpoint') as unknown,
    });
    expect(shell.engine.options.env?.BASIN_RESTARTED).toBeUndefined();
    expect(shell.children[1]?.options.env?.BASIN_RESTARTED).toBe('1');
    expect(ports(shell)[1]?.other).toBe(shell.children[1]?.received[0]?.ports[0]);
    expect(shell.modules.dialog.showErrorBox).not.toHaveBeenCalled();
  });

  it('is given up, with a word, when it ends again and again', async () => {
    const shell = await startShell();
    connect(shell);
    for (let end = 0; end < 5; end += 1) shell.children.at(-1)?.emit('exit', 1);
    expect(shell.children).toHaveLength(5);
    expect(shell.modules.dialog.showErrorBox).toHaveBeenCalledExactlyOnceWith('The engine does not run', expect.stringContaining('was not started again'));
  });

  it('may end now and then over a long day', async () => {
    const shell = await startShell();
    vi.useFakeTimers();
    for (let end = 0; end < 10; end += 1) {
      shell.children.at(-1)?.emit('exit', 1);
      vi.advanceTimersByTime(61_000);
    }
    expect(shell.children).toHaveLength(11);
    expect(shell.modules.dialog.showErrorBox).not.toHaveBeenCalled();
  });

  it('puts its runs away before Basin ends', async () => {
    const shell = await startShell();
    const { app } = shell.modules;
    app.emit('window-all-closed');
    expect(app.log.at(-1)).toBe('quit put off');
    expect(shell.engine.received.at(-1)?.message).toEqual({ kind: 'shutdown' });
    shell.engine.emit('exit', 0);
    await vi.waitFor(() => expect(app.log.at(-1)).toBe('quit'));
    expect(shell.children).toHaveLength(1);
    expect(shell.engine.kill).not.toHaveBeenCalled();
  });

  it('is ended by force when it does not answer', async () => {
    const shell = await startShell();
    vi.useFakeTimers();
    shell.modules.app.quit();
    expect(shell.engine.kill).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(shell.engine.kill).toHaveBeenCalledOnce();
    expect(shell.modules.app.log.at(-1)).toBe('quit');
  });
});
