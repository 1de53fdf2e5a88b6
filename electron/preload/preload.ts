import { contextBridge, ipcRenderer, webUtils } from 'electron';
import type { DesktopBridge } from '#host-client';
import { channels } from '../channels';
import { followEngine, openEnginePort, pageOrigin } from './engine-port';

/** Asks the main process; its errors come without Electron's own words around them. */
async function ask<Answer>(channel: string, request: unknown): Promise<Answer> {
  try {
    return (await ipcRenderer.invoke(channel, request)) as Answer;
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new Error(text.replace(/^Error invoking remote method '[^']*': (\w*Error: )?/, ''), { cause: error });
  }
}

const bridge: DesktopBridge = {
  kind: 'desktop',
  connect: openEnginePort,
  pathOf: (file) => webUtils.getPathForFile(file),
  chooseFiles: (options) => ask(channels.chooseFiles, options),
  chooseFolder: (options) => ask(channels.chooseFolder, options),
  saveFile: (name, bytes) => ask(channels.saveFile, { name, bytes }),
};

// A page of another origin gets nothing, should one ever come here.
if (window.location.origin === pageOrigin) {
  followEngine();
  contextBridge.exposeInMainWorld('basinShell', bridge);
}
