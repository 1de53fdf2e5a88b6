import type { ChooseOptions, Shell } from './shell';

/** The bridge that the desktop's preload script puts into the page (electron/preload). */
export interface DesktopBridge {
  kind: 'desktop';
  /** asks for a port to the engine; it arrives as a message of this window with `data.basin === 'engine-port'` */
  connect(): void;
  pathOf(file: File): string;
  chooseFiles(options: ChooseOptions): Promise<string[]>;
  chooseFolder(options: ChooseOptions): Promise<string | undefined>;
  saveFile(name: string, bytes: Uint8Array): Promise<void>;
}

declare global {
  var basinShell: DesktopBridge | undefined;
}

export function desktopShell(bridge: DesktopBridge): Shell {
  return {
    kind: 'desktop',
    connect: () =>
      new Promise((resolve) => {
        const receive = (event: MessageEvent<{ basin?: string }>): void => {
          const [port] = event.ports;
          if (event.source !== window || event.data?.basin !== 'engine-port' || !port) return;
          window.removeEventListener('message', receive);
          resolve(port);
        };
        window.addEventListener('message', receive);
        bridge.connect();
      }),
    pathsOf: (dropped) => Promise.resolve([...dropped.files].map((file) => bridge.pathOf(file))),
    chooseFiles: (options) => bridge.chooseFiles(options),
    chooseFolder: (options) => bridge.chooseFolder(options),
    saveFile: (name, bytes) => bridge.saveFile(name, bytes),
  };
}
