import { formatRoute } from './route';
import { router } from './router.svelte';

/**
 * The last place visited in each view, so that the rail leads back to the run or data set that was open there. It
 * lasts as long as the browser's tab or window (session storage), reloads included.
 */
const remembered = 'basin.places';

function read(): Record<string, string[]> {
  try {
    const stored: unknown = JSON.parse(globalThis.sessionStorage?.getItem(remembered) ?? '{}');
    return typeof stored === 'object' && stored !== null ? (stored as Record<string, string[]>) : {};
  } catch {
    return {}; // written by something else: start anew
  }
}

class Places {
  #last = $state.raw<Record<string, string[]>>(read());

  of(view: string): string[] {
    return this.#last[view] ?? [];
  }

  href(view: string): string {
    return formatRoute(view, ...this.of(view));
  }

  /** What was looked at, in whichever view, the latest first: the first part of each view's last place. */
  recent(): string[] {
    return Object.values(this.#last).flatMap(([first]) => (first === undefined ? [] : [first])).toReversed();
  }

  /** Called by the frame at every change of place. */
  remember(view: string, args: string[]): void {
    const { [view]: _, ...others } = this.#last;
    // The latest stands last.
    this.#last = { ...others, [view]: args };
    sessionStorage.setItem(remembered, JSON.stringify(this.#last));
  }

  /** Forgets places that name something gone (a removed run). */
  forget(arg: string): void {
    this.#last = Object.fromEntries(Object.entries(this.#last).filter(([, args]) => !args.includes(arg)));
    sessionStorage.setItem(remembered, JSON.stringify(this.#last));
    if (router.args.includes(arg)) router.replace(router.view);
  }
}

export const places = new Places();
