import type { ClientLink, ClientOptions } from '@orpc/client';
import type { Channel } from './channel';
import type { ClientMessage, ServerMessage, WireError } from './message';
import { RemoteError } from './wire-error';

interface OpenCall {
  resolve(value: unknown): void;
  reject(error: unknown): void;
  stream?: IncomingStream;
}

/** The asking side: makes calls over a channel and hands out results and streams. */
export class ClientPeer implements ClientLink<Record<never, never>> {
  readonly #channel: Channel<ClientMessage, ServerMessage>;
  readonly #calls = new Map<number, OpenCall>();
  readonly #interruptionListeners = new Set<(error: RemoteError) => void>();
  #closed: RemoteError | undefined;
  #lastId = 0;

  constructor(channel: Channel<ClientMessage, ServerMessage>) {
    this.#channel = channel;
    channel.onMessage((message) => this.#receive(message));
    channel.onClose((reason) => {
      const message = reason ? `The connection to the engine ended: ${reason}.` : 'The connection to the engine ended.';
      this.#closed = new RemoteError({
        code: 'connection.closed', message, hint: 'Start Basin again, or reload the page if it still runs.', ours: true,
      });
      this.#failAll(this.#closed);
    });
  }

  /** Told when the engine ended and another took its place: what is shown must be asked for again. */
  onInterrupted(listener: (error: RemoteError) => void): () => void {
    this.#interruptionListeners.add(listener);
    return () => this.#interruptionListeners.delete(listener);
  }

  call(path: readonly string[], input: unknown, { signal }: ClientOptions<Record<never, never>>): Promise<unknown> {
    if (this.#closed) return Promise.reject(this.#closed);
    if (signal?.aborted) return Promise.reject(abortError(signal));
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        const call = this.#calls.get(id);
        this.#cancel(id);
        call?.stream?.fail(abortError(signal));
        reject(abortError(signal));
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#calls.set(id, { resolve, reject });
      this.#channel.send({ type: 'call', id, path, input });
    });
  }

  close(): void {
    this.#channel.close();
    this.#closed ??= new RemoteError({ code: 'connection.closed', message: 'The connection was closed.', ours: false });
    this.#failAll(this.#closed);
  }

  #receive(message: ServerMessage): void {
    if (message.type === 'interrupted') {
      const error = new RemoteError(message.error);
      this.#failAll(error);
      for (const listener of this.#interruptionListeners) listener(error);
      return;
    }
    const call = this.#calls.get(message.id);
    if (!call) return; // Cancelled meanwhile.
    switch (message.type) {
      case 'result':
        this.#calls.delete(message.id);
        return call.resolve(message.value);
      case 'error':
        this.#calls.delete(message.id);
        return this.#fail(call, message.error);
      case 'stream': {
        const { id } = message;
        call.stream = new IncomingStream(
          () => this.#channel.send({ type: 'taken', id }),
          () => this.#cancel(id),
        );
        return call.resolve(call.stream);
      }
      case 'next':
        return call.stream?.push(message.value);
      case 'done':
        this.#calls.delete(message.id);
        return call.stream?.end();
    }
  }

  #fail(call: OpenCall, error: WireError): void {
    const remote = new RemoteError(error);
    if (call.stream) call.stream.fail(remote);
    else call.reject(remote);
  }

  #failAll(error: RemoteError): void {
    const calls = [...this.#calls.values()];
    this.#calls.clear();
    for (const call of calls) {
      if (call.stream) call.stream.fail(error);
      else call.reject(error);
    }
  }

  #cancel(id: number): void {
    if (this.#calls.delete(id)) this.#channel.send({ type: 'cancel', id });
  }
}

function abortError(signal: AbortSignal | undefined): unknown {
  return signal?.reason ?? new DOMException('cancelled', 'AbortError');
}

/** Items of one stream in order; `return` (leaving a `for await`) cancels it on the engine's side. */
class IncomingStream implements AsyncIterableIterator<unknown> {
  readonly #taken: () => void;
  readonly #cancel: () => void;
  readonly #items: unknown[] = [];
  readonly #waiting: { resolve(result: IteratorResult<unknown>): void; reject(error: unknown): void }[] = [];
  #ended = false;
  #error: { value: unknown } | undefined;

  constructor(taken: () => void, cancel: () => void) {
    this.#taken = taken;
    this.#cancel = cancel;
  }

  push(value: unknown): void {
    const reader = this.#waiting.shift();
    if (!reader) {
      this.#items.push(value);
      return;
    }
    this.#taken();
    reader.resolve({ done: false, value });
  }

  end(): void {
    this.#ended = true;
    for (const reader of this.#waiting.splice(0)) reader.resolve({ done: true, value: undefined });
  }

  fail(error: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    const readers = this.#waiting.splice(0);
    if (readers.length === 0) this.#error = { value: error };
    for (const reader of readers) reader.reject(error);
  }

  next(): Promise<IteratorResult<unknown>> {
    if (this.#items.length > 0) {
      this.#taken();
      return Promise.resolve({ done: false, value: this.#items.shift() });
    }
    if (this.#error) {
      const { value } = this.#error;
      this.#error = undefined;
      return Promise.reject(value);
    }
    if (this.#ended) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  return(): Promise<IteratorResult<unknown>> {
    this.#items.length = 0;
    this.end();
    this.#cancel();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
