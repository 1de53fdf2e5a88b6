import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { installCuda } from '../../scripts/cuda/install.mjs';

const library = (name: string): Uint8Array => new TextEncoder().encode(`${name} `.repeat(500));
const names = ['libonnxruntime_providers_cuda.so', 'libonnxruntime_providers_shared.so'];
const archive = zipSync(Object.fromEntries(names.map((name) => [`runtimes/linux-x64/native/${name}`, library(name)])));

let folder: string;
let server: Server;
let base: string;
let pages: Record<string, () => { body: string | Uint8Array; status?: number; cut?: number }>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'basin-cuda-'));
  writeFileSync(join(folder, 'onnxruntime_binding.node'), '');
  server = createServer((request, response) => {
    const page = pages[request.url ?? '']?.();
    if (page === undefined) return response.writeHead(404).end();
    response.writeHead(page.status ?? 200, { 'content-length': page.body.length });
    if (page.cut === undefined) return response.end(page.body);
    response.write(page.body.slice(0, page.cut), () => response.destroy());
    return response;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const json = (value: unknown) => () => ({ body: JSON.stringify(value) });
  pages = {
    '/index.json': json({ resources: [{ '@type': 'PackageBaseAddress/3.0.0', '@id': `${base}/flat/` }, { '@type': 'RegistrationsBaseUrl/3.6.0', '@id': `${base}/registration/` }] }),
    '/flat/gpu/index.json': json({ versions: ['1.29.0', '1.30.0'] }),
    '/registration/gpu/1.30.0.json': json({ catalogEntry: `${base}/catalog/gpu.json` }),
    '/catalog/gpu.json': json({ packageHashAlgorithm: 'SHA512', packageHash: createHash('sha512').update(archive).digest('base64'), packageSize: archive.length }),
    '/flat/gpu/1.30.0/gpu.1.30.0.nupkg': () => ({ body: archive }),
  };
});

afterEach(async () => {
  rmSync(folder, { recursive: true });
  await new Promise((resolve) => server.close(resolve));
});

const install = (system = 'linux/x64', version = '1.30.0') =>
  installCuda({
    metadata: {
      requirements: { 'linux/x64': ['cuda12'], 'win32/x64': [] },
      manifests: { 'linux/x64:cuda12': Object.fromEntries(names.map((name) => [`./${name}`, { package: 'gpu', path: `runtimes/linux-x64/native/${name}` }])) },
      packages: { gpu: { name: 'Gpu', versions: [{ feed: 'main', version }] } },
      feeds: { main: { index: `${base}/index.json` } },
    },
    system,
    folder,
    say: () => undefined,
  });

describe('npm run add:cuda', () => {
  it('puts the libraries beside the binding, and does nothing the second time', async () => {
    expect((await install()).map((file) => file.slice(folder.length + 1)).sort()).toEqual(names);
    for (const name of names) expect(readFileSync(join(folder, name))).toEqual(Buffer.from(library(name)));
    expect(readdirSync(folder).sort()).toEqual([...names, 'onnxruntime_binding.node']);
    pages = {};
    expect(await install()).toEqual([]);
  });

  const faults: [string, () => void, RegExp][] = [
    ['a download that breaks off', () => (pages['/flat/gpu/1.30.0/gpu.1.30.0.nupkg'] = () => ({ body: archive, cut: 200 })), /broke off after \d+ bytes/],
    ['another content', () => (pages['/flat/gpu/1.30.0/gpu.1.30.0.nupkg'] = () => ({ body: archive.map((byte, i) => (i === 60 ? byte ^ 1 : byte)) })), /SHA-512 differs/],
    ['another size', () => (pages['/flat/gpu/1.30.0/gpu.1.30.0.nupkg'] = () => ({ body: archive.subarray(0, 300) })), /has 300 bytes instead of/],
    ['a version that is gone', () => (pages['/flat/gpu/index.json'] = () => ({ body: '{"versions":["2.0.0"]}' })), /has no version 1\.30\.0; the newest is 2\.0\.0/],
    ['a server that refuses', () => (pages['/index.json'] = () => ({ body: 'no', status: 503 })), /answered 503/],
    [
      'a package without the libraries',
      () => {
        const other = zipSync({ 'readme.txt': library('x') });
        pages['/flat/gpu/1.30.0/gpu.1.30.0.nupkg'] = () => ({ body: other });
        pages['/catalog/gpu.json'] = () => ({ body: '{}' });
      },
      /does not contain runtimes/,
    ],
  ];

  it.each(faults)('%s is told, and leaves the folder as it was', async (_, spoil, message) => {
    spoil();
    await expect(install()).rejects.toThrow(message);
    expect(readdirSync(folder)).toEqual(['onnxruntime_binding.node']);
  });

  it('offline it says so', async () => {
    await new Promise((resolve) => server.close(resolve));
    await expect(install()).rejects.toThrow(/cannot be reached .*online/);
    expect(readdirSync(folder)).toEqual(['onnxruntime_binding.node']);
    server = createServer().listen(0);
  });

  it('other systems are told where the libraries exist', async () => {
    await expect(install('win32/x64')).rejects.toThrow('they exist for linux/x64');
  });
});
