import type { DesktopBridge } from '#host-client';
import type { Shell } from './shell';

declare global {
  var basinShell: DesktopBridge | undefined;
}

/** The desktop shell, through the bridge that its preload script puts into the page (electron/preload). */
export function desktopShell(bridge: DesktopBridge): Shell {
  return {
    kind: 'desktop',
    connect: () =>
      new Promise((resolve) => {
        const receive = (event: MessageEvent<{ basin?: string }>): void => {
          const [port] = event.ports;
          if (event.source !== window || event.origin !== location.origin || event.data?.basin !== 'engine-port' || !port) return;
          window.removeEventListener('message', receive);
          resolve(port);
        };
        window.addEventListener('message', receive);
        bridge.connect();
      }),
    pathsOf: (dropped) => Promise.resolve([...dropped.files].map((file) => bridge.pathOf(file)).filter((path) => path !== '')),
    chooseFiles: (options) => bridge.chooseFiles(options),
    chooseFolder: (options) => bridge.chooseFolder(options),
    saveFile: (name, bytes) => bridge.saveFile(name, bytes),
  };
}
