/**
 * What peers say to each other. Every message is a plain record that survives structured clone; over a WebSocket it is
 * encoded as binary (codec.ts). A call is answered by one `result` or `error`, or by a `stream` followed by `next` ...
 * `done` or `error`.
 */
export type ClientMessage =
  | { type: 'call'; id: number; path: readonly string[]; input: unknown }
  /** The window has taken one more item of a stream: the engine may send another. */
  | { type: 'taken'; id: number }
  | { type: 'cancel'; id: number };

export type ServerMessage =
  | { type: 'result'; id: number; value: unknown }
  | { type: 'stream'; id: number }
  | { type: 'next'; id: number; value: unknown }
  | { type: 'done'; id: number }
  | { type: 'error'; id: number; error: WireError }
  /** The engine behind the connection ended. All open calls have failed; the next ones reach a new engine. */
  | { type: 'interrupted'; error: WireError };

/** An error as it crosses: `ours` tells a fault of the program from a user's mistake. */
export interface WireError {
  code: string;
  message: string;
  hint?: string;
  ours: boolean;
}

/** How many items of a stream may be under way, unread by the window, before the engine waits. */
export const streamWindow = 8;
