import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { request, type IncomingHttpHeaders } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createORPCClient } from '@orpc/client';
import type { ContractRouterClient } from '@orpc/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { startWebHost, type WebHost } from '../../../core/host/serve/web-host';
import { socketChannel, type SocketLike } from '../../../core/host/transport/channel';
import { ClientPeer } from '../../../core/host/transport/client-peer';
import { codec } from '../../../core/host/transport/codec';
import type { RemoteError } from '../../../core/host/transport/wire-error';
import { Uploads } from '../../../core/host/serve/uploads';
import { bundle } from './bundle';
import type { contract } from './fixtures/engine';

let folder: string;
let host: WebHost;
let cookie: string;
let page: string;
let engine: string;

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A request as it is written, without what a browser or `fetch` would set right. */
function ask(path: string, options: { method?: string; headers?: Record<string, string>; body?: string | Buffer; port?: number } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port: options.port ?? host.port, path, method: options.method ?? 'GET', headers: { Host: `127.0.0.1:${options.port ?? host.port}`, ...options.headers } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks).toString() }));
      },
    );
    sent.on('error', reject);
    sent.end(options.body);
  });
}

const origin = (): string => `http://127.0.0.1:${host.port}`;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'basin-web-'));
  process.env['BASIN_HOME'] = join(folder, 'home');
  page = join(folder, 'page');
  mkdirSync(join(page, 'assets'), { recursive: true });
  writeFileSync(join(page, 'index.html'), '<!doctype html><title>Basin</title>');
  writeFileSync(join(page, 'assets', 'index-1.js'), 'export {}');
  writeFileSync(join(folder, 'secret.txt'), 'secret');
  symlinkSync(join(folder, 'secret.txt'), join(page, 'link.txt'));
  engine = await bundle(join(import.meta.dirname, 'fixtures/engine.ts'), 'web-host');
  host = await startWebHost({ port: 0, page, engine, uploadLimits: { bytes: 1000, files: 3 } });
  const { pathname, search } = new URL(host.url);
  const answer = await ask(pathname + search);
  expect(answer.status).toBe(303);
  cookie = String(answer.headers['set-cookie']?.[0]).split(';')[0] ?? '';
});
afterAll(async () => {
  await host?.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('who is let in', () => {
  it('exchanges the token once for a cookie that scripts and other sites cannot use', async () => {
    const other = await startWebHost({ port: 0, page, engine });
    const { pathname, search } = new URL(other.url);
    const first = await ask(pathname + search, { port: other.port });
    expect(first.status).toBe(303);
    expect(first.headers.location).toBe('/');
    expect(first.headers['set-cookie']?.[0]).toMatch(/; HttpOnly; SameSite=Strict$/);
    const second = await ask(pathname + search, { port: other.port });
    expect(second.status).toBe(403);
    expect(second.body).toContain('This address has been used already');
    expect(second.headers['set-cookie']).toBeUndefined();
    await other.close();
  });

  it('refuses a wrong token, no cookie, and a made-up cookie', async () => {
    expect((await ask('/?token=guess')).status).toBe(403);
    expect((await ask('/')).status).toBe(401);
    expect((await ask('/', { headers: { Cookie: 'basin_session=guess' } })).status).toBe(401);
    expect((await ask('/', { headers: { Cookie: `other=1; ${cookie}` } })).status).toBe(200);
  });

  it('refuses a name that is not its own (DNS rebinding)', async () => {
    const refused = await ask('/', { headers: { Host: `evil.example:${host.port}`, Cookie: cookie } });
    expect(refused.status).toBe(403);
    expect(refused.body).toContain(`The address of this request (evil.example:${host.port}) is not this program's.`);
    expect((await ask('/', { headers: { Host: `127.0.0.1:${host.port + 1}`, Cookie: cookie } })).status).toBe(403);
  });

  it('refuses what another page sends', async () => {
    const upload = (headers: Record<string, string>): Promise<Answer> =>
      ask('/upload?batch=a&name=x.csv', { method: 'POST', headers: { Cookie: cookie, ...headers }, body: 'x' });
    expect((await upload({ Origin: 'http://evil.example' })).status).toBe(403);
    expect((await upload({})).status).toBe(403);
    expect((await upload({ Origin: 'null' })).status).toBe(403);
    expect((await upload({ Origin: origin(), 'Sec-Fetch-Site': 'cross-site' })).status).toBe(403);
  });

  it.each([
    ['another origin', () => ({ Origin: 'http://evil.example', Cookie: cookie })],
    ['no origin', () => ({ Cookie: cookie })],
    ['no cookie', () => ({ Origin: origin() })],
    ['another host name', () => ({ Origin: `http://evil.example:${host.port}`, Host: `evil.example:${host.port}`, Cookie: cookie })],
  ])('opens no socket for %s', async (_, headers) => {
    const socket = new WebSocket(`ws://127.0.0.1:${host.port}/socket`, { headers: headers() });
    const [error] = (await once(socket, 'error')) as [Error];
    expect(error.message).toContain('403');
  });

  it('listens on the loopback interface only, and names a port in use', async () => {
    const blocker = createServer();
    blocker.listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    const address = blocker.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    await expect(startWebHost({ port, page, engine })).rejects.toMatchObject({
      code: 'serve.port-in-use', message: `Port ${port} is in use by another program.`, hint: expect.stringContaining('--port') as string,
    });
    blocker.close();
  });
});

describe('what is served', () => {
  it('sends the page with a strict policy, and its files with their types', async () => {
    const answer = await ask('/', { headers: { Cookie: cookie } });
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(answer.headers['cache-control']).toBe('no-store');
    const policy = String(answer.headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
    const script = await ask('/assets/index-1.js', { headers: { Cookie: cookie } });
    expect(script.headers['content-type']).toBe('text/javascript; charset=utf-8');
  });

  it.each(['/../secret.txt', '/%2e%2e/secret.txt', '/..%2fsecret.txt', '/assets/..%2f..%2fsecret.txt', '/..%5csecret.txt', '/link.txt', '/%00', '/%', '//etc/passwd', '/assets'])(
    'sends nothing from outside the page: %s',
    async (path) => {
      const answer = await ask(path, { headers: { Cookie: cookie } });
      expect(answer.status).toBe(404);
      expect(answer.body).not.toContain('secret');
    },
  );
});

describe('uploads', () => {
  const send = (batch: string, name: string, body: string): Promise<Answer> =>
    ask(`/upload?${new URLSearchParams({ batch, name })}`, { method: 'POST', headers: { Cookie: cookie, Origin: origin() }, body });

  it('stores files under their own paths, within the limits, and removes them at the end', async () => {
    const own = await startWebHost({ port: 0, page, engine, uploadLimits: { bytes: 100, files: 3 } });
    const entry = await ask(new URL(own.url).search.replace(/^/, '/'), { port: own.port });
    const ownCookie = String(entry.headers['set-cookie']?.[0]).split(';')[0] ?? '';
    const put = (name: string, body: string): Promise<Answer> =>
      ask(`/upload?${new URLSearchParams({ batch: 'b1', name })}`, {
        method: 'POST', port: own.port, headers: { Cookie: ownCookie, Origin: `http://127.0.0.1:${own.port}` }, body,
      });
    const stored = JSON.parse((await put('flowers/train/größe 1.png', 'pixels')).body) as { path: string; root: string };
    expect(readFileSync(stored.path, 'utf8')).toBe('pixels');
    expect(stored.path).toBe(join(stored.root, 'train', 'größe 1.png'));
    const large = await put('flowers/large.png', 'x'.repeat(200));
    expect(large.status).toBe(422);
    expect(JSON.parse(large.body)).toMatchObject({ code: 'upload.too-large', message: 'flowers/large.png is too large: 100 bytes may be sent in all.' });
    expect(existsSync(join(stored.root, 'large.png'))).toBe(false);
    await put('flowers/2.png', 'x');
    expect((await put('flowers/2.png', 'x')).body).toContain('sent twice');
    await put('flowers/3.png', 'x');
    expect(JSON.parse((await put('flowers/4.png', 'x')).body)).toMatchObject({ code: 'upload.too-many' });
    await own.close();
    expect(existsSync(stored.root)).toBe(false);
  });

  it('keeps what runs learn from until the run is gone', () => {
    const place = { folder: join(folder, 'sent'), used: true, inUse: (path: string) => place.used && path.endsWith('b2') };
    const batch = join(place.folder, '999999999-abc', 'b2');
    mkdirSync(batch, { recursive: true });
    mkdirSync(join(place.folder, '999999999-abc', 'b1'));
    new Uploads(place);
    expect(readdirSync(join(place.folder, '999999999-abc'))).toEqual(['b2']);
    place.used = false;
    new Uploads(place);
    expect(readdirSync(place.folder)).toEqual([]);
  });

  it.each(['../x', '/etc/x', 'a/../../x', 'a//b', 'a\\b', 'C:x', '', '.', 'a/\0b', `${'a'.repeat(300)}.csv`])('refuses the name %j', async (name) => {
    const answer = await send('b2', name, 'x');
    expect(answer.status).toBe(422);
    expect(JSON.parse(answer.body)).toMatchObject({ code: 'upload.name' });
  });

  it('refuses a batch name that leads elsewhere', async () => {
    expect(JSON.parse((await send('../b', 'x', 'x')).body)).toMatchObject({ code: 'upload.batch' });
  });
});

describe('the engine behind the page', () => {
  const open = (): { peer: ClientPeer; client: ContractRouterClient<typeof contract> } => {
    const socket = new WebSocket(`ws://127.0.0.1:${host.port}/socket`, { headers: { Origin: origin(), Cookie: cookie } });
    const peer = new ClientPeer(socketChannel(socket as unknown as SocketLike, codec));
    return { peer, client: createORPCClient(peer) };
  };

  it('answers every window, each with its own typed arrays and streams', async () => {
    const windows = [open(), open()];
    for (const { client } of windows) {
      expect(await client.double(Float64Array.of(1, -0.5))).toEqual(Float64Array.of(2, -1));
    }
    const got: number[] = [];
    for await (const i of await windows[0]!.client.count()) {
      got.push(i);
      if (i === 40) break;
    }
    expect(got).toHaveLength(41);
    for (const { peer } of windows) peer.close();
  });

  it('ends the connection of whoever does not speak the contract, and only that one', async () => {
    const { peer, client } = open();
    await client.pid();
    const stranger = new WebSocket(`ws://127.0.0.1:${host.port}/socket`, { headers: { Origin: origin(), Cookie: cookie } });
    await once(stranger, 'open');
    stranger.send(Uint8Array.of(0xc1, 1, 2));
    await once(stranger, 'close');
    expect((await client.pid()).restarted).toBe(false);
    peer.close();
  });

  it('tells the window when the engine dies, and answers through a new one', async () => {
    const { peer, client } = open();
    const before = await client.pid();
    expect(before.restarted).toBe(false);
    const interrupted = new Promise<RemoteError>((resolve) => peer.onInterrupted(resolve));
    const stream = await client.count();
    await stream.next();
    await expect(client.die()).rejects.toMatchObject({ code: 'engine.ended', ours: true });
    expect((await interrupted).message).toBe('The engine ended unexpectedly (by signal SIGKILL) and was started again.');
    const after = await client.pid();
    expect(after).toMatchObject({ restarted: true });
    expect(after.pid).not.toBe(before.pid);
    peer.close();
  });
});
