import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { standIn, type StandIn } from './electron';

/** A started shell on the stand-in: its window, its first engine, and the folder it serves. */
export interface Started extends StandIn {
  folder: string;
  window: StandIn['windows'][number];
  engine: StandIn['children'][number];
}

/** Runs electron/main.ts against the stand-in. */
export async function startShell(options: { firstInstance?: boolean; packaged?: boolean } = {}): Promise<Started> {
  const folder = mkdtempSync(join(tmpdir(), 'basin-shell-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const renderer = join(folder, 'dist/renderer');
  mkdirSync(join(renderer, 'assets'), { recursive: true });
  mkdirSync(join(folder, 'user'));
  writeFileSync(join(renderer, 'index.html'), '<!doctype html><title>Basin</title>');
  writeFileSync(join(renderer, 'assets/a b.js'), 'export {};');
  writeFileSync(join(renderer, 'assets/native.node'), 'binary');
  writeFileSync(join(folder, 'dist/secret.json'), '{}');

  const shell = standIn({ appFolder: folder, userData: join(folder, 'user'), ...options });
  vi.resetModules();
  vi.doMock('electron', () => shell.modules);
  await import('../../../electron/main');
  if (options.firstInstance ?? true) await vi.waitFor(() => shell.windows[0]?.loaded ?? Promise.reject(new Error('no page yet')));
  const [window] = shell.windows;
  const [engine] = shell.children;
  return { ...shell, folder, window: window as Started['window'], engine: engine as Started['engine'] };
}
