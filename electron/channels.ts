/** The messages between the preload script and the main process. The window itself never sees them. */
export const channels = {
  /** page asks for a port to the engine (send) */
  connect: 'basin:connect',
  /** the port (main to preload, one port) */
  port: 'basin:port',
  /** the engine ended; a new port follows when another has started (main to preload) */
  engineEnded: 'basin:engine-ended',
  chooseFiles: 'basin:choose-files',
  chooseFolder: 'basin:choose-folder',
  saveFile: 'basin:save-file',
} as const;

/** What the preload is told when the engine ended. */
export interface EngineEnded {
  message: string;
  hint: string;
}
