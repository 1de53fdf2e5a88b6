import type { ChooseOptions } from '#host-client';

export type { ChooseOptions };

/** Told while files travel to the web host: bytes sent of all bytes. */
export type OnProgress = (sent: number, total: number) => void;

/**
 * What differs between the two shells: how the engine is reached, how a dropped file becomes a path the engine can
 * read, native dialogs, and how bytes are saved. Everything else in the window does not know which shell it is in.
 */
export interface Shell {
  readonly kind: 'desktop' | 'web';
  /** the engine's end: a port handed over by the desktop shell, or a socket of the web host */
  connect(): Promise<MessagePort | WebSocket>;
  /** paths, as the engine sees them, of files and folders that were dropped */
  pathsOf(dropped: DataTransfer, onProgress: OnProgress): Promise<string[]>;
  /** an empty list when the user cancels */
  chooseFiles(options: ChooseOptions, onProgress: OnProgress): Promise<string[]>;
  chooseFolder(options: ChooseOptions, onProgress: OnProgress): Promise<string | undefined>;
  saveFile(name: string, bytes: Uint8Array): Promise<void>;
}
