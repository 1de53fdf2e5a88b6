import { app, session, shell } from 'electron';
import type { BrowserWindow, IpcMainEvent, IpcMainInvokeEvent, WebContents } from 'electron';
import { isOurs, pageAddress } from './address';

/** Where links of the documentation and of papers may lead; they open in the user's browser, never in our window. */
const outsideHosts = new Set([
  'arxiv.org',
  'doi.org',
  'openreview.net',
  'proceedings.mlr.press',
  'proceedings.neurips.cc',
  'papers.nips.cc',
  'openaccess.thecvf.com',
  'aclanthology.org',
  'jmlr.org',
  'www.jmlr.org',
  'onnxruntime.ai',
]);

/** Denies everything that a page of ours never needs: leaving, opening windows, embedding, permissions other than to copy, devices. */
export function lockDown(): void {
  app.on('web-contents-created', (_event, contents) => lockContents(contents));
  const { defaultSession } = session;
  // Figures and specifications are copied; what a person has copied elsewhere is never read.
  const granted = (permission: string): boolean => permission === 'clipboard-sanitized-write';
  defaultSession.setPermissionRequestHandler((_contents, permission, decide) => decide(granted(permission)));
  defaultSession.setPermissionCheckHandler((_contents, permission) => granted(permission));
  defaultSession.setDevicePermissionHandler(() => false);
  defaultSession.setDisplayMediaRequestHandler((_request, decide) => decide({}));
  // Nothing of ours downloads: files are saved through the native dialog.
  defaultSession.on('will-download', (event) => event.preventDefault());
}

function lockContents(contents: WebContents): void {
  contents.on('will-navigate', (details) => {
    // The page may load itself again, nothing else.
    if (details.url.split('#')[0] === pageAddress) return;
    details.preventDefault();
    openOutside(details.url);
  });
  contents.on('will-frame-navigate', (details) => {
    if (!details.isMainFrame) details.preventDefault();
  });
  contents.on('will-redirect', (details) => details.preventDefault());
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    openOutside(url);
    return { action: 'deny' };
  });
}

/** Hands an address to the user's browser if it is a paper's or the documentation's; anything else goes nowhere. */
function openOutside(address: string): void {
  if (!mayOpenOutside(address)) return;
  shell.openExternal(address).catch((error: unknown) => {
    console.error(`The browser did not open ${address}: ${error instanceof Error ? error.message : String(error)}`);
  });
}

export function mayOpenOutside(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, host, username, password } = new URL(address);
  return protocol === 'https:' && outsideHosts.has(host) && username === '' && password === '';
}

/** Whether a message comes from the main frame of our page in our window; others are not answered. */
export function isFromOurPage(event: IpcMainEvent | IpcMainInvokeEvent, window: BrowserWindow): boolean {
  const frame = event.senderFrame;
  return !window.isDestroyed() && event.sender === window.webContents && frame !== null && frame.parent === null && isOurs(frame.url);
}
