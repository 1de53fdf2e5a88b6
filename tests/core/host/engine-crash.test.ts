import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { connect, type Connection, type RemoteError } from '../../../core/host/client';
import { startWebHost, type WebHost } from '../../../core/host/serve/web-host';
import type { SocketLike } from '../../../core/host/transport/channel';
import { bundle } from './bundle';

let folder: string;
let host: WebHost;
let connection: Connection;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'basin-crash-'));
  mkdirSync(join(folder, 'page'));
  writeFileSync(join(folder, 'page', 'index.html'), '<!doctype html>');
  const engine = await bundle(join(import.meta.dirname, '../../../core/host/engine.ts'), 'engine-crash');
  host = await startWebHost({ port: 0, page: join(folder, 'page'), engine, environment: { BASIN_HOME: join(folder, 'home') } });
  const entered = await fetch(host.url, { redirect: 'manual' });
  const cookie = entered.headers.get('set-cookie')?.split(';')[0] ?? '';
  const origin = `http://127.0.0.1:${host.port}`;
  const socket = new WebSocket(`ws://127.0.0.1:${host.port}/socket`, { headers: { Cookie: cookie, Origin: origin } });
  connection = connect(socket as unknown as SocketLike);
});
afterAll(async () => {
  connection.close();
  await host.close();
  rmSync(folder, { recursive: true, force: true });
});

it('a training goes on by itself after the engine was killed, and ends as one that was not', async () => {
  const { client } = connection;
  const specification = {
    name: 'crash',
    data: { source: { generator: { use: 'moons', count: 400 } } },
    model: { use: 'mlp', widths: [16], dropout: 0.1 },
    training: { epochs: 30, batchSize: 8 },
    device: 'cpu',
  };
  const followed = async (id: string, untilStep: number): Promise<void> => {
    for await (const event of await client.runs.watch({ id })) {
      if (event.kind === 'steps' && (event.columns['step']?.at(-1) ?? 0) >= untilStep) return;
      if (event.kind === 'state' && event.state === 'finished') return;
    }
  };
  const { id } = await client.runs.create({ specification, start: true });
  await followed(id, 200);
  const interrupted = new Promise<RemoteError>((resolve) => connection.onInterrupted(resolve));
  const before = host.enginePid ?? 0;
  process.kill(before, 'SIGKILL');
  expect(await interrupted).toMatchObject({ code: 'engine.ended', ours: true });
  expect(host.enginePid).not.toBe(before);
  await followed(id, Infinity);
  const { summary } = await client.runs.get({ id });
  expect(summary.state).toBe('finished');

  const whole = await client.runs.create({ specification, start: true });
  await followed(whole.id, Infinity);
  const other = await client.runs.get({ id: whole.id });
  const weights = (path: string): Buffer => readFileSync(join(path, 'checkpoints', 'last.safetensors'));
  expect(weights(summary.path)).toEqual(weights(other.summary.path));
});
