import { createORPCClient } from '@orpc/client';
import type { ContractRouterClient } from '@orpc/contract';
import type { Contract } from './contract';
import { portChannel, socketChannel, type EventPort, type SocketLike } from './transport/channel';
import { ClientPeer } from './transport/client-peer';
import { codec } from './transport/codec';
import type { ClientMessage, ServerMessage } from './transport/message';
import { RemoteError } from './transport/wire-error';

export type * from './contract';
// The window draws with the same geometry that files are made of.
export { defaultLevels, type IsoSurface, isoSurface, shareBelow, type VolumeField } from '#core/landscape/volume';
// And what is drawn upon a surface has the same colours and names as in files.
export { leadsAlongPath, type LeadingPlane, type LegendKey, legendKeys, legendRows, nameLines, pathColor, pathColors, pathLabel } from '#core/landscape/legend';
export { contourLevels, contourStyle, inkOn, type Isoline, isolineFinder, logTicks, niceStep, ticks } from '#core/landscape/contours';
export { fillBetween } from '#core/landscape/refinement';
export { RemoteError };

/** Every procedure of the contract as a function: `await client.runs.list()`. */
export type HostClient = ContractRouterClient<Contract>;

export interface Connection {
  readonly client: HostClient;
  /**
   * The engine ended unexpectedly and another took its place: every open call has failed with the same error, and what
   * is shown must be asked for again. Returns the function that takes the listener away.
   */
  onInterrupted(listener: (error: RemoteError) => void): () => void;
  close(): void;
}

/**
 * Connects to an engine: over a MessagePort (desktop), or over a WebSocket or its address (web host). Streams are
 * async iterators; leaving a `for await` loop, or aborting the call's `signal`, cancels them in the engine. Calls fail
 * with {@link RemoteError}.
 */
export function connect(target: EventPort | SocketLike | URL): Connection {
  const end = target instanceof URL ? (new WebSocket(target) as SocketLike) : target;
  const channel =
    'postMessage' in end
      ? portChannel<ClientMessage, ServerMessage>(end)
      : socketChannel<ClientMessage, ServerMessage>(end, codec);
  const peer = new ClientPeer(channel);
  return {
    client: createORPCClient(peer),
    onInterrupted: (listener) => peer.onInterrupted(listener),
    close: () => peer.close(),
  };
}
