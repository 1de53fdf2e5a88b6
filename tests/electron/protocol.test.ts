import { isAbsolute, join, relative } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { contentSecurityPolicy } from '../../core/host/serve/guard';
import { contentPolicy } from '../../electron/content-policy';
import { startShell } from './stand-in/start';

async function ask(path: string, method = 'GET'): Promise<Response> {
  const { files } = await startShell();
  const serve = files.get('app');
  if (serve === undefined) throw new Error('app:// is not served');
  // Request itself accepts any scheme; its address is what Chromium would hand over.
  return serve(new Request(path, { method }));
}

describe('app://', () => {
  it('serves the page under a strict content-security policy', async () => {
    const response = await ask('app://basin/index.html');
    expect(response.status).toBe(200);
    expect(await response.text()).toContain('<title>Basin</title>');
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    const policy = new Map(
      (response.headers.get('content-security-policy') ?? '').split('; ').map((rule) => [rule.split(' ')[0], rule.split(' ').slice(1).join(' ')]),
    );
    expect(policy.get('default-src')).toBe("'none'");
    expect(policy.get('script-src')).toBe("'self'");
    expect(policy.get('connect-src')).toBe("'self'");
    expect(policy.get('frame-ancestors')).toBe("'none'");
    expect(policy.get('base-uri')).toBe("'none'");
    expect([...policy.values()].join(' ')).not.toMatch(/unsafe-eval|https?:|\*/);
  });

  it('allows the page what the web host allows it: what works in one shell works in the other', () => {
    const rules = (policy: string) => policy.split('; ').filter((rule) => !rule.startsWith('connect-src')).sort();
    expect(rules(contentPolicy)).toEqual(rules(contentSecurityPolicy(80)));
  });

  it('serves files with encoded names, ignoring a query', async () => {
    const response = await ask('app://basin/assets/a%20b.js?v=1');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  });

  it.each([
    ['app://basin/../secret.json', 404], // the address itself cannot climb: it is /secret.json
    ['app://basin/..%2fsecret.json', 403],
    ['app://basin/assets/..%2f..%2fsecret.json', 403],
    ['app://basin/%2e%2e%2fsecret.json', 403],
    ['app://basin/..%5csecret.json', 403],
    ['app://basin/%00index.html', 403],
    ['app://basin/%', 403],
    ['app://basin/', 403],
    ['app://basin/%2fetc%2fpasswd.json', 404],
    ['app://basin/assets', 404],
    ['app://basin/assets/native.node', 404],
    ['app://basin/nothing.js', 404],
    ['app://elsewhere/index.html', 404],
  ])('refuses %s', async (address, status) => {
    const response = await ask(address);
    expect(response.status).toBe(status);
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await response.text()).not.toContain('{}');
  });

  it('answers GET only', async () => {
    expect((await ask('app://basin/index.html', 'POST')).status).toBe(405);
  });

  it('leads nowhere outside of its folder, whatever is asked', async () => {
    vi.doMock('electron', () => ({ protocol: {} }));
    const { fileOf } = await import('../../electron/protocol');
    const folder = join(import.meta.dirname, 'served');
    const piece = fc.oneof(fc.constantFrom('..', '.', '', '%2e%2e', '%2f', '%5c', '\\', '/', 'C:', 'a', '%00'), fc.string({ maxLength: 4 }));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const file = fileOf(folder, `/${pieces.join('/')}`);
        if (file === undefined) return;
        const below = relative(folder, file);
        expect(below.split(/[\\/]/)[0]).not.toBe('..');
        expect(isAbsolute(below)).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });
});
