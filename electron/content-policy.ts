/**
 * The content-security policy of every page: nothing from elsewhere, no inline script, no `eval`. Inline styles are
 * allowed because the chart and editor libraries write style elements; images may come from the page's own canvases.
 * The web host's policy is the same (a test holds them together), but for the address of its socket.
 */
export const contentPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self' blob:",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');
