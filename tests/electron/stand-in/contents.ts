import { EventEmitter } from 'node:events';
import { vi } from 'vitest';

/** A page as the main process sees it. */
export class Contents extends EventEmitter {
  openHandler: ((details: { url: string }) => { action: string }) | undefined;
  /** What was sent to the page: channel, message, ports. */
  readonly sent: { channel: string; message: unknown; ports: unknown[] }[] = [];
  readonly mainFrame: { url: string; parent: unknown } = { url: '', parent: null };
  readonly reload = vi.fn<() => void>();
  destroyed = false;

  setWindowOpenHandler(handler: (details: { url: string }) => { action: string }): void {
    this.openHandler = handler;
  }
  postMessage(channel: string, message: unknown, ports: unknown[] = []): void {
    this.sent.push({ channel, message, ports });
  }
  send(channel: string, message: unknown): void {
    this.sent.push({ channel, message, ports: [] });
  }
  isDestroyed(): boolean {
    return this.destroyed;
  }
}

/** An event of a page that may be prevented. */
export function preventable<Details extends object>(details: Details): Details & { preventDefault: () => void; prevented: () => boolean } {
  let prevented = false;
  return { ...details, preventDefault: () => void (prevented = true), prevented: () => prevented };
}
