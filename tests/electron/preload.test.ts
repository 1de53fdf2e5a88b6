import { EventEmitter } from 'node:events';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import type { MessagePort } from 'node:worker_threads';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it, vi } from 'vitest';

const project = join(import.meta.dirname, '../..');

let source: string;

beforeAll(async () => {
  const bundle = await build({
    absWorkingDir: project,
    entryPoints: ['electron/preload/preload.ts'],
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'browser',
    external: ['electron'],
    metafile: true,
    tsconfig: 'electron/preload/tsconfig.json',
  });
  source = bundle.outputFiles[0]?.text ?? '';
  // A sandboxed preload script can load Electron and nothing else.
  expect(Object.values(bundle.metafile.outputs).flatMap((output) => output.imports.map((one) => one.path))).toEqual(['electron', 'electron']);
});

interface Bridge {
  kind: string;
  connect(): void;
  pathOf(file: object): string;
  chooseFiles(options: object): Promise<string[]>;
  saveFile(name: string, bytes: Uint8Array): Promise<void>;
}

/** Runs the preload script in a page of an origin; ports are Node's own, which speak the same language. */
function load(origin = 'app://basin') {
  const posted: { message: unknown; origin: string; ports: MessagePort[] }[] = [];
  const exposed: Record<string, Bridge> = {};
  const ipcRenderer = Object.assign(new EventEmitter(), {
    send: vi.fn<(channel: string) => void>(),
    invoke: vi.fn<(channel: string, request: unknown) => Promise<unknown>>(() => Promise.resolve(undefined)),
  });
  const electron = {
    ipcRenderer,
    contextBridge: { exposeInMainWorld: (name: string, value: Bridge) => void (exposed[name] = value) },
    webUtils: { getPathForFile: () => '/data/iris.csv' },
  };
  const window = { location: { origin }, postMessage: (message: unknown, target: string, ports: MessagePort[]) => void posted.push({ message, origin: target, ports }) };
  runInNewContext(source, { require: (name: string) => (name === 'electron' ? electron : undefined), module: { exports: {} }, exports: {}, window, MessageChannel, Error, String });
  const bridge = exposed.basinShell;
  return { exposed, bridge: bridge as Bridge, ipcRenderer, posted };
}

/** The next message on a port. */
const next = (port: MessagePort): Promise<unknown> =>
  new Promise((resolve) => {
    port.once('message', resolve);
  });

/** The main process hands over an engine's port; this is the engine's end. */
function newEngine(ipcRenderer: EventEmitter): MessagePort {
  const { port1, port2 } = new MessageChannel();
  ipcRenderer.emit('basin:port', { ports: [port2] });
  return port1;
}

describe('the preload script', () => {
  it('shows the page its bridge and nothing of Electron', () => {
    const { exposed, bridge } = load();
    expect(Object.keys(exposed)).toEqual(['basinShell']);
    expect(Object.keys(bridge).sort()).toEqual(['chooseFiles', 'chooseFolder', 'connect', 'kind', 'pathOf', 'saveFile']);
    expect(bridge.pathOf({})).toBe('/data/iris.csv');
  });

  it.each(['https://example.org', 'file://', 'null', 'app://elsewhere'])('shows a page of %s nothing', (origin) => {
    const { exposed, ipcRenderer } = load(origin);
    expect(exposed).toEqual({});
    expect(ipcRenderer.eventNames()).toEqual([]);
  });

  it('hands the page a port, addressed to its origin, that reaches the engine', async () => {
    const { bridge, ipcRenderer, posted } = load();
    bridge.connect();
    expect(posted).toHaveLength(1);
    expect(posted[0]).toMatchObject({ message: { basin: 'engine-port' }, origin: 'app://basin' });
    expect(ipcRenderer.send).toHaveBeenCalledExactlyOnceWith('basin:connect');
    const page = posted[0]?.ports[0] as MessagePort;
    // Said before the engine is there: it waits.
    page.postMessage({ type: 'call', id: 1 });
    const engine = newEngine(ipcRenderer);
    expect(await next(engine)).toEqual({ type: 'call', id: 1 });
    engine.postMessage({ type: 'result', id: 1, value: new Float32Array([1, 2]) });
    expect(await next(page)).toEqual({ type: 'result', id: 1, value: new Float32Array([1, 2]) });
    engine.close();
    page.close();
  });

  it('tells the page on the same port when the engine ends, and goes on with the next engine', async () => {
    const { bridge, ipcRenderer, posted } = load();
    bridge.connect();
    const page = posted[0]?.ports[0] as MessagePort;
    const first = newEngine(ipcRenderer);
    ipcRenderer.emit('basin:engine-ended', {}, { message: 'The engine ended unexpectedly (code 139).', hint: 'It was started again.' });
    expect(await next(page)).toEqual({
      type: 'interrupted',
      error: { code: 'engine.ended', message: 'The engine ended unexpectedly (code 139).', hint: 'It was started again.', ours: true },
    });
    const second = newEngine(ipcRenderer);
    page.postMessage({ type: 'call', id: 2 });
    expect(await next(second)).toEqual({ type: 'call', id: 2 });
    first.close();
    second.close();
    page.close();
  });

  it("asks for dialogs, and gives the main process's errors without Electron's words around them", async () => {
    const { bridge, ipcRenderer } = load();
    ipcRenderer.invoke.mockResolvedValueOnce(['/a.csv']);
    expect(await bridge.chooseFiles({ multiple: true })).toEqual(['/a.csv']);
    expect(ipcRenderer.invoke).toHaveBeenLastCalledWith('basin:choose-files', { multiple: true });
    ipcRenderer.invoke.mockRejectedValueOnce(new Error("Error invoking remote method 'basin:save-file': Error: ENOSPC: no space left on device"));
    await expect(bridge.saveFile('a.png', new Uint8Array([1]))).rejects.toThrow(/^ENOSPC: no space left on device$/);
  });
});
