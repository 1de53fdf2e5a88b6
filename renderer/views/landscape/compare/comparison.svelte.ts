import type { HostClient, Surface } from '#host-client';

/** A saved surface of a run. */
export interface SurfacePlace {
  run: string;
  id: string;
}

/** One surface of those that stand side by side. */
export interface Pane extends SurfacePlace {
  surface: Surface | null;
  failure: unknown;
}

/** As many panes as stay legible. */
export const mostPanes = 4;

export const isAmong = (places: readonly SurfacePlace[], { run, id }: SurfacePlace): boolean => places.some((place) => place.run === run && place.id === id);

/** Surfaces as arguments of the address, and back: `compare/RUN/ID/RUN/ID`. One that is named twice stands there once. */
export function placesOf(args: readonly string[]): SurfacePlace[] {
  const named = Array.from({ length: Math.floor(args.length / 2) }, (_, i) => ({ run: args[2 * i]!, id: args[2 * i + 1]! }));
  return named.filter((place, i) => !isAmong(named.slice(0, i), place)).slice(0, mostPanes);
}
export const argsOf = (places: readonly SurfacePlace[]): string[] => places.flatMap(({ run, id }) => [run, id]);

/** The surfaces that the address names, each fetched once. */
export class Comparison {
  panes = $state.raw<readonly Pane[]>([]);

  async show(client: HostClient, places: readonly SurfacePlace[]): Promise<void> {
    this.panes = places.map((place) => this.panes.find(({ run, id }) => run === place.run && id === place.id) ?? { ...place, surface: null, failure: null });
    await Promise.all(this.panes.filter(({ surface }) => surface === null).map((pane) => this.#load(client, pane)));
  }

  async #load(client: HostClient, pane: Pane): Promise<void> {
    const change = (part: Partial<Pane>): void => {
      this.panes = this.panes.map((other) => (other.run === pane.run && other.id === pane.id ? { ...other, ...part } : other));
    };
    try {
      change({ surface: await client.surfaces.get({ run: pane.run, id: pane.id }), failure: null });
    } catch (failure) {
      change({ failure });
    }
  }
}
