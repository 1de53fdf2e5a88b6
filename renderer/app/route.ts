/** A place in the window, as the address says it: `#/train/RUN` is view `train` with arguments `['RUN']`. */
export interface Route {
  view: string;
  args: string[];
}

/** The route of a location hash; an empty or foreign one leads home. */
export function parseRoute(hash: string): Route {
  const parts = hash.replace(/^#?\/?/, '').split('/').filter(Boolean).map(decode);
  return { view: parts[0] ?? 'home', args: parts.slice(1) };
}

/** The hash of a route; the reverse of `parseRoute`. */
export function formatRoute(view: string, ...args: string[]): string {
  return `#/${[view, ...args].map(encodeURIComponent).join('/')}`;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // a lone % typed by hand: taken as written
  }
}
