import { readFile } from 'node:fs/promises';
import { extname, isAbsolute, relative, resolve, sep } from 'node:path';
import { protocol } from 'electron';
import { isOurs, scheme } from './address';
import { contentPolicy } from './content-policy';

/** What dist/renderer holds; a file of another kind is not served. */
const contentTypes: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
};

/** Must be called before the application is ready: gives `app://` an origin of its own, like that of https pages. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([{ scheme, privileges: { standard: true, secure: true, supportFetchAPI: true } }]);
}

/**
 * Serves the application's files, and nothing outside of their folder.
 *
 * @param folder dist/renderer
 */
export function serveFiles(folder: string): void {
  protocol.handle(scheme, (request) => answer(folder, request));
}

async function answer(folder: string, request: Request): Promise<Response> {
  if (request.method !== 'GET') return refuse(405, 'Only GET is answered.');
  if (!isOurs(request.url)) return refuse(404, 'No such host.');
  const file = fileOf(folder, new URL(request.url).pathname);
  if (file === undefined) return refuse(403, 'Outside of the application.');
  const type = contentTypes[extname(file)];
  if (type === undefined) return refuse(404, 'No such file.');
  try {
    return new Response(await readFile(file), { headers: { ...safeHeaders, 'content-type': type } });
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'EISDIR')) return refuse(404, 'No such file.');
    throw error;
  }
}

const safeHeaders = {
  'content-security-policy': contentPolicy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-cache',
};

/**
 * The file behind a path of an address, or undefined when it leads out of the folder, however it is written (`..`,
 * percent-encoded, with backslashes, absolute, with a NUL).
 */
export function fileOf(folder: string, pathname: string): string | undefined {
  let path: string;
  try {
    path = decodeURIComponent(pathname);
  } catch {
    return undefined; // not a valid percent-encoding
  }
  if (path.includes('\0') || path.includes('\\')) return undefined;
  const file = resolve(folder, `.${path.startsWith('/') ? '' : '/'}${path}`);
  const below = relative(folder, file);
  const outside = below === '' || below === '..' || below.startsWith(`..${sep}`) || isAbsolute(below);
  return outside ? undefined : file;
}

function refuse(status: number, text: string): Response {
  return new Response(text, { status, headers: { ...safeHeaders, 'content-type': 'text/plain; charset=utf-8' } });
}
