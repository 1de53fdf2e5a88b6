/**
 * The content-security policy of every page: nothing from elsewhere, no inline script, no `eval`. Inline styles are
 * allowed because the chart and editor libraries write style elements; images may come from the page's own canvases.
 */
export const contentPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');
