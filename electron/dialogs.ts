import { rename, rm, writeFile } from 'node:fs/promises';
import { dialog, ipcMain } from 'electron';
import type { BrowserWindow, IpcMainInvokeEvent, OpenDialogOptions } from 'electron';
import { channels } from './channels';
import { chooseOptions, saveRequest } from './requests';
import { isFromOurPage } from './security';

/** Answers the wishes of the window's page for native dialogs; requests of any other page are refused. */
export function answerDialogs(window: BrowserWindow): void {
  const answer = (channel: string, act: (request: unknown) => Promise<unknown>): void => {
    ipcMain.handle(channel, (event: IpcMainInvokeEvent, request: unknown) => {
      if (!isFromOurPage(event, window)) throw new Error(`${channel}: refused, not asked by Basin's window`);
      return act(request);
    });
  };

  answer(channels.chooseFiles, async (request) => {
    const { title, extensions, multiple } = chooseOptions.parse(request ?? {});
    const properties: OpenDialogOptions['properties'] = multiple ? ['openFile', 'multiSelections'] : ['openFile'];
    const filters = extensions?.length ? [{ name: extensions.join(', '), extensions }] : [];
    const { canceled, filePaths } = await dialog.showOpenDialog(window, { ...(title ? { title } : {}), properties, filters });
    return canceled ? [] : filePaths;
  });

  answer(channels.chooseFolder, async (request) => {
    const { title } = chooseOptions.parse(request ?? {});
    const { canceled, filePaths } = await dialog.showOpenDialog(window, { ...(title ? { title } : {}), properties: ['openDirectory'] });
    return canceled ? undefined : filePaths[0];
  });

  answer(channels.saveFile, async (request) => {
    const { name, bytes } = saveRequest.parse(request);
    const { canceled, filePath } = await dialog.showSaveDialog(window, { defaultPath: name });
    if (!canceled && filePath !== '') await writeWhole(filePath, bytes);
  });
}

/** Writes beside the file and renames: a full disk leaves an older file as it was. */
async function writeWhole(file: string, bytes: Uint8Array): Promise<void> {
  const beside = `${file}.part`;
  try {
    await writeFile(beside, bytes);
    await rename(beside, file);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}
