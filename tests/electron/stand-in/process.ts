import { EventEmitter } from 'node:events';
import { vi } from 'vitest';

/** One end of a channel; `other` tells which end it belongs to. */
export class Port {
  other: Port | undefined;
}

/** Electron's MessageChannelMain: two ports that know each other. */
export class Channel {
  readonly port1 = new Port();
  readonly port2 = new Port();
  constructor() {
    this.port1.other = this.port2;
    this.port2.other = this.port1;
  }
}

/** A utility process that does nothing by itself. */
export class Child extends EventEmitter {
  readonly received: { message: unknown; ports: Port[] }[] = [];
  readonly kill = vi.fn<() => boolean>(() => {
    this.emit('exit', 143);
    return true;
  });
  constructor(
    readonly entry: string,
    readonly options: { env?: Record<string, string>; serviceName?: string },
  ) {
    super();
  }
  postMessage(message: unknown, ports: Port[] = []): void {
    this.received.push({ message, ports });
  }
}
