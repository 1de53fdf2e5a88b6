/** A two-way pipe of whole messages, in order, that may end. */
export interface Channel<Out, In> {
  send(message: Out): void;
  onMessage(listener: (message: In) => void): void;
  /** Called once, with the reason where there is one. */
  onClose(listener: (reason?: string) => void): void;
  close(): void;
}

/** A MessagePort of a web page or of Node (`data` in an event). */
export interface EventPort {
  postMessage(message: unknown): void;
  addEventListener(type: 'message' | 'close', listener: (event: { data?: unknown }) => void): void;
  start?(): void;
  close(): void;
}

/** A MessagePort of Electron's main and utility processes (`MessagePortMain`). */
export interface EmitterPort {
  postMessage(message: unknown): void;
  on(type: 'message', listener: (event: { data: unknown }) => void): unknown;
  on(type: 'close', listener: () => void): unknown;
  start(): void;
  close(): void;
}

/** Speaks over a MessagePort; values cross by structured clone, so typed arrays stay typed arrays. */
export function portChannel<Out, In>(port: EventPort | EmitterPort): Channel<Out, In> {
  return {
    send: (message) => port.postMessage(message),
    onMessage(listener) {
      const receive = (event: { data?: unknown }): void => listener(event.data as In);
      if ('addEventListener' in port) port.addEventListener('message', receive);
      else port.on('message', receive);
      port.start?.();
    },
    onClose(listener) {
      if ('addEventListener' in port) port.addEventListener('close', () => listener());
      else port.on('close', () => listener());
    },
    close: () => port.close(),
  };
}

/** The part of the browser's WebSocket, and of `ws`, that is used here. */
export interface SocketLike {
  binaryType: string;
  readonly readyState: number;
  send(data: Uint8Array<ArrayBuffer>): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: 'open', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  addEventListener(type: 'close', listener: (event: { code: number; reason: string }) => void): void;
  addEventListener(type: 'error', listener: () => void): void;
}

const open = 1;

/** Speaks over a WebSocket in binary frames; what is sent before the socket is open waits for it. */
export function socketChannel<Out, In>(
  socket: SocketLike,
  codec: { encode(value: unknown): Uint8Array<ArrayBuffer>; decode(bytes: Uint8Array): unknown },
): Channel<Out, In> {
  socket.binaryType = 'arraybuffer';
  const waiting: Uint8Array<ArrayBuffer>[] = [];
  socket.addEventListener('open', () => {
    for (const frame of waiting.splice(0)) socket.send(frame);
  });
  return {
    send(message) {
      const frame = codec.encode(message);
      if (socket.readyState === open) socket.send(frame);
      else if (socket.readyState < open) waiting.push(frame);
    },
    onMessage(listener) {
      socket.addEventListener('message', ({ data }) => {
        if (data instanceof ArrayBuffer) listener(codec.decode(new Uint8Array(data)) as In);
      });
    },
    onClose(listener) {
      let told = false;
      const tell = (reason?: string): void => {
        if (!told) listener(reason);
        told = true;
      };
      socket.addEventListener('close', ({ reason }) => tell(reason || undefined));
      socket.addEventListener('error', () => tell('the connection failed'));
    },
    close: () => socket.close(),
  };
}
