import { formatRoute, parseRoute, type Route } from './route';

/**
 * Where the window is. Only the address remembers it, so that a reload, the back button and a copied address all lead to
 * the same place.
 */
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
