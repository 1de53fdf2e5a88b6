import { askForFiles } from './ask-for-files';
import { droppedFiles } from './dropped-files';
import type { Shell } from './shell';
import { upload } from './upload';

/** A page of the loopback web host: files are streamed to a temporary folder there, saved ones are downloaded. */
export function webShell(): Shell {
  return {
    kind: 'web',
    connect: () => openSocket(),
    pathsOf: async (dropped, onProgress) => upload(await droppedFiles(dropped), onProgress),
    chooseFiles: async (options, onProgress) => upload(await askForFiles(options), onProgress),
    chooseFolder: async (_options, onProgress) => (await upload(await askForFiles({ folder: true }), onProgress))[0],
    saveFile(name, bytes) {
      const address = URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>]));
      const link = document.createElement('a');
      link.href = address;
      link.download = name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(address), 60_000);
      return Promise.resolve();
    },
  };
}

/** Resolves once the socket is open: a refusal then is an error here, not a silent end later. */
function openSocket(): Promise<WebSocket> {
  const address = new URL('socket', location.href);
  address.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
  address.hash = '';
  address.search = '';
  const socket = new WebSocket(address);
  socket.binaryType = 'arraybuffer';
  return new Promise((resolve, reject) => {
    socket.addEventListener('open', () => resolve(socket), { once: true });
    socket.addEventListener('error', () => reject(new Error('Basin does not answer. Is it still running?')), { once: true });
  });
}
