import type { Command } from '../../app/commands.svelte';

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

/** Whether planes, where there are any, are looked at from above. */
export const asMap = (planes: boolean): boolean => planes && wayShown.value === 'map';

/**
 * Goes from one way to the other.
 *
 * @param planes whether a plane is shown
 */
export const mapCommand = (planes: boolean): Command => ({
  id: 'landscape.map',
  title: asMap(planes) ? 'Show as a surface' : 'Show as a map',
  group: 'Landscape',
  keywords: ['contours', 'above', '3D'],
  disabled: planes ? false : 'no plane is shown',
  run: () => (wayShown.value = asMap(planes) ? 'surface' : 'map'),
});
