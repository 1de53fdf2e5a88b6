import { join } from 'node:path';
import { app, dialog, ipcMain } from 'electron';
import { pageAddress } from './address';
import { channels } from './channels';
import { answerDialogs } from './dialogs';
import { EngineProcess } from './engine-process';
import { installMenu } from './menu';
import { registerScheme, serveFiles } from './protocol';
import { isFromOurPage, lockDown } from './security';
import { createWindow } from './window';

/** One Basin at a time: two engines on one run folder would overwrite each other. */
if (app.requestSingleInstanceLock()) {
  start().catch((error: unknown) => {
    dialog.showErrorBox('Basin did not start', error instanceof Error ? error.message : String(error));
    app.exit(2);
  });
} else {
  app.quit();
}

async function start(): Promise<void> {
  const dist = join(app.getAppPath(), 'dist');
  app.enableSandbox();
  registerScheme();
  await app.whenReady();
  lockDown();
  serveFiles(join(dist, 'renderer'));
  installMenu();

  const engine = new EngineProcess(join(dist, 'engine/engine.js'), {
    onGivenUp: (message) => dialog.showErrorBox('The engine does not run', message),
  });
  engine.start();

  const window = createWindow(join(dist, 'electron/preload.cjs'));
  answerDialogs(window);
  ipcMain.on(channels.connect, (event) => {
    if (isFromOurPage(event, window)) engine.connect(event.sender);
  });
  app.on('second-instance', () => {
    if (window.isDestroyed()) return;
    if (window.isMinimized()) window.restore();
    window.focus();
  });
  endWithEngine(engine);
  // Everything that answers the page is in place.
  await window.loadURL(pageAddress);
}

/** Closing the window ends Basin on every system, and Basin ends when its engine has put its runs away. */
function endWithEngine(engine: EngineProcess): void {
  let ended = false;
  app.on('window-all-closed', () => app.quit());
  app.on('before-quit', (event) => {
    if (ended) return;
    event.preventDefault();
    void engine.end().then(() => {
      ended = true;
      app.quit();
    });
  });
}
