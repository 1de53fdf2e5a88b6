import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { app, BrowserWindow, dialog, nativeTheme } from 'electron';
import { z } from 'zod';
import { tooOften } from './too-often';

/** What is remembered of the window between two starts. */
const remembered = z.object({ width: z.int().min(800).max(20_000), height: z.int().min(600).max(20_000), maximized: z.boolean() });
type Remembered = z.infer<typeof remembered>;

const firstTime: Remembered = { width: 1400, height: 900, maximized: false };

/** The paper colours of the two themes, so that the window does not flash before its first paint. */
const paper = { dark: '#14161a', light: '#ffffff' };

/**
 * Makes the application's window. It shows itself once `loadURL` has painted the page.
 *
 * @param preload the preload script's file
 */
export function createWindow(preload: string): BrowserWindow {
  const size = recall();
  const window = new BrowserWindow({
    width: size.width,
    height: size.height,
    minWidth: 800,
    minHeight: 600,
    show: false,
    title: 'Basin',
    autoHideMenuBar: true,
    backgroundColor: nativeTheme.shouldUseDarkColors ? paper.dark : paper.light,
    webPreferences: {
      preload,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
    },
  });
  window.once('ready-to-show', () => {
    if (size.maximized) window.maximize();
    window.show();
  });
  window.on('close', () => remember(window));
  // The page's own process ended: a fresh page finds everything in the engine again.
  const gone = tooOften(5, 60_000);
  window.webContents.on('render-process-gone', (_event, details) => {
    if (details.reason === 'clean-exit') return;
    if (!gone()) return window.webContents.reload();
    dialog.showErrorBox('The window does not run', `Its process ended again and again (${details.reason}). Update your graphics driver, or start Basin with --disable-gpu.`);
  });
  return window;
}

const file = (): string => join(app.getPath('userData'), 'window.json');

function recall(): Remembered {
  try {
    return remembered.parse(JSON.parse(readFileSync(file(), 'utf8')));
  } catch {
    return firstTime; // the first start, or a file that somebody edited: the size of a window is worth no message
  }
}

function remember(window: BrowserWindow): void {
  const { width, height } = window.getNormalBounds();
  try {
    writeFileSync(file(), JSON.stringify({ width, height, maximized: window.isMaximized() } satisfies Remembered));
  } catch (error) {
    console.error(`The window's size was not remembered: ${error instanceof Error ? error.message : String(error)}`);
  }
}
