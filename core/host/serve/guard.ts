import type { IncomingHttpHeaders } from 'node:http';

/**
 * Why a request is refused before anything else is looked at, or `undefined`. A page of another site can make the
 * browser send requests here; it cannot forge these headers. The Host check defeats DNS rebinding: a name that an
 * attacker points at 127.0.0.1 is not ours.
 */
export function refusal(headers: IncomingHttpHeaders, port: number, options: { needsOrigin: boolean }): string | undefined {
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  if (!headers.host || !hosts.includes(headers.host)) {
    return `The address of this request (${headers.host ?? 'none'}) is not this program's. Open http://127.0.0.1:${port}.`;
  }
  const { origin } = headers;
  if (origin === undefined ? options.needsOrigin : origin !== `http://${headers.host}`) {
    return `A request from ${origin ?? 'an unknown page'} is refused: only Basin's own page may ask.`;
  }
  const site = headers['sec-fetch-site'];
  if (options.needsOrigin && site !== undefined && site !== 'same-origin') {
    return 'A request from another site is refused.';
  }
  return undefined;
}

/** What the page may do: its own files, its own connection, nothing else. */
export function contentSecurityPolicy(port: number): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    // Charts and the editor place their elements by style attributes.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    `connect-src 'self' ws://127.0.0.1:${port} ws://localhost:${port}`,
    "worker-src 'self' blob:",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** Headers of every answer. */
export function securityHeaders(port: number): Record<string, string> {
  return {
    'Content-Security-Policy': contentSecurityPolicy(port),
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), usb=(), serial=(), payment=()',
  };
}
