/**
 * Where the window is, as the address says it: `#/train/RUN` is view `train` with arguments `['RUN']`. Nothing else
 * remembers it, so that a reload, the back button and a copied address all lead to the same place.
 */
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

class Router {
  #route = $state.raw<Route>(parseRoute(globalThis.location?.hash ?? ''));

  constructor() {
    globalThis.addEventListener?.('hashchange', () => (this.#route = parseRoute(location.hash)));
  }

  get view(): string {
    return this.#route.view;
  }

  get args(): string[] {
    return this.#route.args;
  }

  /** Goes to a view; the back button returns. */
  go(view: string, ...args: string[]): void {
    location.hash = formatRoute(view, ...args);
  }

  /** As `go`, but in place of the present address. */
  replace(view: string, ...args: string[]): void {
    history.replaceState(null, '', formatRoute(view, ...args));
    this.#route = { view, args };
  }
}

export const router = new Router();
