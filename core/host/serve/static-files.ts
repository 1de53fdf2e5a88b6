import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { extname, join, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';

const contentTypes: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
};

/**
 * Sends a file of the page. `path` is the address's path, percent-encoding included; nothing outside `root` is ever
 * sent, links included. Answers `false` when there is no such file.
 */
export async function sendStaticFile(
  root: string,
  path: string,
  response: ServerResponse,
  headers: Record<string, string>,
  withBody: boolean,
): Promise<boolean> {
  const file = await inside(root, path === '/' ? '/index.html' : path);
  if (!file) return false;
  const { size } = await stat(file);
  response.writeHead(200, {
    ...headers,
    'Content-Type': contentTypes[extname(file).toLowerCase()] ?? 'application/octet-stream',
    'Content-Length': size,
    // Vite names the files of `assets` by their contents.
    'Cache-Control': path.startsWith('/assets/') ? 'private, max-age=31536000, immutable' : 'no-store',
  });
  if (withBody) await pipeline(createReadStream(file), response);
  else response.end();
  return true;
}

/** The real path of a file below `root`, or `undefined`. */
async function inside(root: string, path: string): Promise<string | undefined> {
  let decoded: string;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    return undefined; // Not percent-encoding.
  }
  if (decoded.includes('\0') || decoded.includes('\\')) return undefined;
  try {
    const base = await realpath(root);
    const file = await realpath(join(base, decoded));
    if (!file.startsWith(base + sep)) return undefined;
    return (await stat(file)).isFile() ? file : undefined;
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR' || error.code === 'ENAMETOOLONG')) return undefined;
    throw error;
  }
}
