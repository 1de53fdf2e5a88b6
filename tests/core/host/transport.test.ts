import { once } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import { createORPCClient } from '@orpc/client';
import { eventIterator, oc, type ContractRouterClient } from '@orpc/contract';
import { implement } from '@orpc/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import { UserError } from '#core/graph';
import { portChannel, socketChannel, type EventPort, type SocketLike } from '../../../core/host/transport/channel';
import { ClientPeer } from '../../../core/host/transport/client-peer';
import { codec } from '../../../core/host/transport/codec';
import { streamWindow } from '../../../core/host/transport/message';
import { serveRouter } from '../../../core/host/transport/server-peer';

const anything = z.custom<unknown>(() => true);
const contract = {
  echo: oc.input(anything).output(anything),
  strict: oc.input(z.strictObject({ count: z.int().min(1) })).output(z.object({ count: z.int() })),
  wrongAnswer: oc.output(z.object({ count: z.int() })),
  mistake: oc.output(z.void()),
  fault: oc.output(z.void()),
  never: oc.output(z.void()),
  nested: { numbers: oc.input(z.strictObject({ count: z.int(), fail: z.boolean().optional() })).output(eventIterator(z.object({ index: z.int(), values: z.custom<Float32Array>((v) => v instanceof Float32Array) }))) },
  silent: oc.output(eventIterator(z.int())),
};

/** What the engine's side has seen, for the tests to look at. */
const seen = { produced: 0, returned: 0, aborted: 0, reported: [] as unknown[] };
const onSeen = new Set<() => void>();
const saw = (): void => onSeen.forEach((check) => check());
function until(condition: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const check = (): void => {
      if (!condition()) return;
      onSeen.delete(check);
      resolve();
    };
    onSeen.add(check);
    check();
  });
}

const api = implement(contract);
const router = api.router({
  echo: api.echo.handler(({ input }) => input),
  strict: api.strict.handler(({ input }) => input),
  wrongAnswer: api.wrongAnswer.handler(() => ({ count: 'many' as unknown as number })),
  mistake: api.mistake.handler(() => {
    throw new UserError('test.mistake', 'column 3 of row 7 is not a number', { hint: 'choose another column' });
  }),
  fault: api.fault.handler(() => {
    throw new TypeError('undefined is not a function');
  }),
  never: api.never.handler(({ signal }) => new Promise<void>((_, reject) => {
    signal?.addEventListener('abort', () => {
      seen.aborted++;
      saw();
      reject(new Error('aborted'));
    });
  })),
  nested: {
    numbers: api.nested.numbers.handler(async function* ({ input }) {
      try {
        for (let index = 0; index < input.count; index++) {
          if (input.fail && index === 3) throw new UserError('test.mistake', 'no more than three');
          seen.produced++;
          saw();
          yield { index, values: Float32Array.of(index, index + 0.5) };
        }
      } finally {
        seen.returned++;
        saw();
      }
    }),
  },
  silent: api.silent.handler(async function* ({ signal }) {
    await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()));
    seen.aborted++;
    saw();
    yield 0;
  }),
});

interface Ends {
  client: ContractRouterClient<typeof contract>;
  /** Ends the connection from the engine's side. */
  drop(): void;
}
const report = (error: unknown): void => void seen.reported.push(error);
const closers: (() => void)[] = [];

function overPorts(): Promise<Ends> {
  const { port1, port2 } = new MessageChannel();
  serveRouter(router, portChannel(port1 as unknown as EventPort), { report });
  const peer = new ClientPeer(portChannel(port2 as unknown as EventPort));
  closers.push(() => peer.close());
  return Promise.resolve({ client: createORPCClient(peer), drop: () => port1.close() });
}

let server: WebSocketServer;
beforeAll(async () => {
  server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
});
afterAll(() => {
  for (const close of closers) close();
  server.close();
});

async function overSocket(): Promise<Ends> {
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('no address');
  const accepted = once(server, 'connection') as Promise<[WebSocket]>;
  const socket = new WebSocket(`ws://127.0.0.1:${address.port}`);
  const peer = new ClientPeer(socketChannel(socket as unknown as SocketLike, codec));
  const [other] = await accepted;
  serveRouter(router, socketChannel(other as unknown as SocketLike, codec), { report });
  closers.push(() => peer.close());
  return { client: createORPCClient(peer), drop: () => other.terminate() };
}

describe.each([['a MessagePort', overPorts], ['a WebSocket', overSocket]])('the contract over %s', (_, open) => {
  it('carries every typed array intact, views included', async () => {
    const { client } = await open();
    const buffer = new ArrayBuffer(64);
    const values = {
      float32: Float32Array.of(1.5, -0, NaN, Infinity),
      float64: Float64Array.of(Math.PI, Number.MIN_VALUE),
      int32: Int32Array.of(-(2 ** 31), 2 ** 31 - 1),
      int64: BigInt64Array.of(-(2n ** 63n), 5n),
      bytes: Uint8Array.of(0, 255),
      view: new Float64Array(buffer, 8, 3).fill(0.1),
      empty: new Float32Array(0),
      nested: [{ list: [Uint16Array.of(65535)] }],
      text: 'größer',
      nothing: null,
      yes: true,
      large: 2 ** 53 - 1,
    };
    const back = (await client.echo(values)) as typeof values;
    expect(back).toEqual(values);
    for (const [name, value] of Object.entries(values)) {
      expect(back[name as keyof typeof values]?.constructor).toBe(value?.constructor);
    }
    expect(Object.is(back.float32[1], -0)).toBe(true);
  });

  it('answers calls that overlap, each with its own result', async () => {
    const { client } = await open();
    const answers = await Promise.all(Array.from({ length: 50 }, (_, count) => client.strict({ count: count + 1 })));
    expect(answers.map(({ count }) => count)).toEqual(Array.from({ length: 50 }, (_, count) => count + 1));
  });

  it('streams in order and ends', async () => {
    const { client } = await open();
    const got: number[] = [];
    for await (const { index, values } of await client.nested.numbers({ count: 100 })) {
      expect(values).toEqual(Float32Array.of(index, index + 0.5));
      got.push(index);
    }
    expect(got).toEqual(Array.from({ length: 100 }, (_, index) => index));
  });

  it('lets a fast stream wait for a slow window', async () => {
    const { client } = await open();
    seen.produced = 0;
    const stream = await client.nested.numbers({ count: 10_000 });
    await until(() => seen.produced >= streamWindow);
    // Whole round trips go by while nothing is read: the engine stands still.
    for (let i = 0; i < 20; i++) await client.strict({ count: 1 });
    expect(seen.produced).toBeLessThanOrEqual(streamWindow + 1);
    for (let i = 0; i < 5; i++) await stream.next();
    for (let i = 0; i < 20; i++) await client.strict({ count: 1 });
    expect(seen.produced).toBeLessThanOrEqual(streamWindow + 6);
    await stream.return?.();
  });

  it('cancels a stream that is left', async () => {
    const { client } = await open();
    seen.returned = 0;
    for await (const { index } of await client.nested.numbers({ count: 1_000_000 })) if (index === 5) break;
    await until(() => seen.returned === 1);
  });

  it('cancels a stream that has nothing to say', async () => {
    const { client } = await open();
    seen.aborted = 0;
    const abort = new AbortController();
    const stream = await client.silent(undefined, { signal: abort.signal });
    const next = stream.next();
    abort.abort();
    await expect(next).rejects.toMatchObject({ name: 'AbortError' });
    await until(() => seen.aborted === 1);
  });

  it('cancels a call by its signal', async () => {
    const { client } = await open();
    seen.aborted = 0;
    const abort = new AbortController();
    const call = client.never(undefined, { signal: abort.signal });
    await client.strict({ count: 1 });
    abort.abort();
    await expect(call).rejects.toMatchObject({ name: 'AbortError' });
    await until(() => seen.aborted === 1);
  });

  it("tells a user's mistake with its hint, and a fault of ours as ours", async () => {
    const { client } = await open();
    await expect(client.mistake()).rejects.toMatchObject({
      name: 'RemoteError', code: 'test.mistake', message: 'column 3 of row 7 is not a number',
      hint: 'choose another column', ours: false,
    });
    seen.reported = [];
    await expect(client.fault()).rejects.toMatchObject({ code: 'internal', message: 'fault: undefined is not a function', ours: true });
    expect(seen.reported).toHaveLength(1);
    expect(seen.reported[0]).toBeInstanceOf(TypeError);
  });

  it('refuses what the contract does not allow, on both sides', async () => {
    const { client } = await open();
    await expect(client.strict({ count: 0 })).rejects.toMatchObject({ code: 'contract.input', message: expect.stringContaining('strict: count:') as string });
    await expect(client.strict({ count: 1, more: 2 } as { count: number })).rejects.toMatchObject({ code: 'contract.input', message: expect.stringContaining('more') as string });
    await expect(client.wrongAnswer()).rejects.toMatchObject({ code: 'contract.output', ours: true });
    await expect((client as unknown as { missing(): Promise<void> }).missing()).rejects.toMatchObject({ code: 'internal' });
  });

  it('fails a stream with the error of its producer after the items before it', async () => {
    const { client } = await open();
    const stream = await client.nested.numbers({ count: 10, fail: true });
    for (let index = 0; index < 3; index++) expect((await stream.next()).value).toMatchObject({ index });
    await expect(stream.next()).rejects.toMatchObject({ code: 'test.mistake', message: 'no more than three', ours: false });
  });

  it('fails what is open when the connection ends, and cancels it in the engine', async () => {
    const { client, drop } = await open();
    seen.aborted = 0;
    const call = client.never();
    const stream = await client.silent();
    const next = stream.next();
    drop();
    await expect(call).rejects.toMatchObject({ code: 'connection.closed' });
    await expect(next).rejects.toMatchObject({ code: 'connection.closed' });
    await until(() => seen.aborted === 2);
    await expect(client.strict({ count: 1 })).rejects.toMatchObject({ code: 'connection.closed' });
  });
});
