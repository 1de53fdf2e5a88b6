import { ipcRenderer } from 'electron';
import { channels, type EngineEnded } from '../channels';

/** The origin of the application's page. */
export const pageOrigin = 'app://basin';

/**
 * The page holds one port for its whole life; this carries its messages to whichever engine runs. When an engine ends,
 * the page is told on that port, and what it sends from then on waits for the next engine.
 */
let page: MessagePort | undefined;
let engine: MessagePort | undefined;
let waiting: unknown[] = [];

/** Gives the page its port (in the place of an earlier one) and asks the main process for the engine's. */
export function openEnginePort(): void {
  page?.close();
  engine?.close();
  engine = undefined;
  waiting = [];
  const { port1: pageEnd, port2: ourEnd } = new MessageChannel();
  page = ourEnd;
  ourEnd.onmessage = ({ data }) => {
    if (engine === undefined) waiting.push(data);
    else engine.postMessage(data);
  };
  // Addressed to our page by its origin: a page that came in its place would not get it.
  window.postMessage({ basin: 'engine-port' }, pageOrigin, [pageEnd]);
  ipcRenderer.send(channels.connect);
}

/** Listens to the main process, once for the life of the page. */
export function followEngine(): void {
  ipcRenderer.on(channels.port, (event) => {
    const [port] = event.ports;
    if (port === undefined) return;
    engine?.close();
    engine = port;
    port.onmessage = ({ data }) => page?.postMessage(data);
    for (const message of waiting) port.postMessage(message);
    waiting = [];
  });
  ipcRenderer.on(channels.engineEnded, (_event, { message, hint }: EngineEnded) => {
    engine?.close();
    engine = undefined;
    // What has not been sent yet is answered like what was under way: by the interruption.
    waiting = [];
    page?.postMessage({ type: 'interrupted', error: { code: 'engine.ended', message, hint, ours: true } });
  });
}
