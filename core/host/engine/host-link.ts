import type { FromEngine, ToEngine } from '../serve/engine-process';
import type { Channel } from '../transport/channel';
import { codec } from '../transport/codec';
import type { ClientMessage, ServerMessage } from '../transport/message';

/** The engine's end of the host's pipe (`process` of a forked child). */
export interface HostPipe {
  send(message: FromEngine): void;
  on(listener: (message: ToEngine) => void): void;
}

/** Speaks the contract with every window of the web host: one channel a connection, frames in the socket's encoding. */
export function serveHost(
  pipe: HostPipe,
  serve: (channel: Channel<ServerMessage, ClientMessage>) => void,
  shutdown: () => void,
): void {
  const connections = new Map<number, { receive?: (message: ClientMessage) => void; closed?: () => void }>();
  pipe.on((message) => {
    switch (message.kind) {
      case 'open': {
        const { connection } = message;
        const ends: { receive?: (message: ClientMessage) => void; closed?: () => void } = {};
        connections.set(connection, ends);
        return serve({
          send: (value) => pipe.send({ kind: 'frame', connection, frame: codec.encode(value) }),
          onMessage: (listener) => (ends.receive = listener),
          onClose: (listener) => (ends.closed = listener),
          close: () => pipe.send({ kind: 'close', connection }),
        });
      }
      case 'frame': {
        const { connection } = message;
        const decoded = decode(message.frame);
        // Whoever sends what is no message does not speak this protocol.
        if (decoded === undefined) return pipe.send({ kind: 'close', connection });
        return connections.get(connection)?.receive?.(decoded);
      }
      case 'close': {
        const ends = connections.get(message.connection);
        connections.delete(message.connection);
        return ends?.closed?.();
      }
      case 'shutdown':
        return shutdown();
    }
  });
  pipe.send({ kind: 'ready' });
}


function decode(frame: Uint8Array): ClientMessage | undefined {
  try {
    const value = codec.decode(frame);
    return typeof value === 'object' && value !== null && 'type' in value ? (value as ClientMessage) : undefined;
  } catch {
    return undefined;
  }
}
