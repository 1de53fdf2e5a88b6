/** A plane as a surface in space, or as a map from above. */
export type WayShown = 'surface' | 'map';

export const ways = [
  { value: 'surface', label: 'Surface' },
  { value: 'map', label: 'Map' },
] as const satisfies readonly { value: WayShown; label: string }[];

const remembered = 'basin.landscape.shown';

class Shown {
  #value = $state<WayShown>(globalThis.localStorage?.getItem(remembered) === 'map' ? 'map' : 'surface');

  get value(): WayShown {
    return this.#value;
  }

  /** Kept for the next time. */
  set value(value: WayShown) {
    this.#value = value;
    localStorage.setItem(remembered, value);
  }
}

/** How planes are looked at, in every run. */
export const wayShown = new Shown();
