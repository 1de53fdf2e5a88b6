import { createProcedureClient, getRouter, isProcedure, type AnyRouter, type Context } from '@orpc/server';
import { toWireError } from './error-to-wire';
import { streamWindow, type ClientMessage, type ServerMessage } from './message';
import type { Channel } from './channel';

interface Running {
  abort: AbortController;
  /** Items sent and not yet taken. */
  underWay: number;
  /** Lets a stream that waits for the window go on. */
  wake?: () => void;
}

/**
 * The answering side: calls the router's procedures through oRPC, which checks every input and output against the
 * contract. Ends every running call when the channel closes.
 */
export function serveRouter(
  router: AnyRouter,
  channel: Channel<ServerMessage, ClientMessage>,
  options: { context?: Context; report?: (error: unknown, path: readonly string[]) => void } = {},
): void {
  const running = new Map<number, Running>();

  const answer = async (id: number, path: readonly string[], input: unknown): Promise<void> => {
    const call: Running = { abort: new AbortController(), underWay: 0 };
    const { signal } = call.abort;
    running.set(id, call);
    try {
      const value = await callProcedure(router, path, input, options.context ?? {}, signal);
      if (signal.aborted) {
        if (isAsyncIterator(value)) await value.return?.();
      } else if (isAsyncIterator(value)) {
        await sendStream(id, call, value, channel);
      } else {
        channel.send({ type: 'result', id, value });
      }
    } catch (error) {
      if (signal.aborted) return;
      const wire = toWireError(error, path);
      if (wire.ours) options.report?.(error, path);
      channel.send({ type: 'error', id, error: wire });
    } finally {
      running.delete(id);
    }
  };

  const cancel = (call: Running): void => {
    call.abort.abort(new DOMException('cancelled by the window', 'AbortError'));
    call.wake?.();
  };

  channel.onMessage((message) => {
    if (message.type === 'call') return void answer(message.id, message.path, message.input);
    const call = running.get(message.id);
    if (!call) return; // Ended meanwhile.
    if (message.type === 'cancel') return cancel(call);
    call.underWay -= 1;
    call.wake?.();
  });
  channel.onClose(() => {
    for (const call of running.values()) cancel(call);
  });
}

/** Sends items one by one; at most `streamWindow` of them wait in the window, whatever the stream's speed. */
async function sendStream(
  id: number,
  call: Running,
  stream: AsyncIterator<unknown>,
  channel: Channel<ServerMessage, ClientMessage>,
): Promise<void> {
  const { signal } = call.abort;
  const aborted = new Promise<'aborted'>((resolve) => {
    signal.addEventListener('abort', () => resolve('aborted'), { once: true });
  });
  channel.send({ type: 'stream', id });
  try {
    while (!signal.aborted) {
      const item = await Promise.race([stream.next(), aborted]);
      if (item === 'aborted') break;
      if (item.done) {
        channel.send({ type: 'done', id });
        return;
      }
      channel.send({ type: 'next', id, value: item.value });
      call.underWay += 1;
      while (call.underWay >= streamWindow && !signal.aborted) {
        await new Promise<void>((resolve) => (call.wake = resolve));
      }
    }
  } finally {
    // A generator that is busy learns of the cancellation by its signal; nothing waits for it here.
    if (signal.aborted) void stream.return?.()?.catch(() => undefined);
  }
}

async function callProcedure(
  router: AnyRouter,
  path: readonly string[],
  input: unknown,
  context: Context,
  signal: AbortSignal,
): Promise<unknown> {
  const procedure = getRouter(router, path);
  if (!isProcedure(procedure)) throw new Error(`the contract has no procedure "${path.join('.')}"`);
  return createProcedureClient(procedure, { context, path })(input, { signal });
}

function isAsyncIterator(value: unknown): value is AsyncIterator<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value && 'next' in value;
}
