import type { HostClient, PopulationDetails } from '#host-client';

/** At most so often the members are asked for while they train, in milliseconds. */
const interval = 800;

/** The members of a population as the engine knows them, read again as the training goes on. */
export class PopulationFeed {
  details = $state.raw<PopulationDetails | null>(null);
  failure = $state.raw<unknown>(null);
  #asked = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Asks soon; many wishes in a row are one question. */
  refresh(client: HostClient, id: string): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#ask(client, id), Math.max(0, this.#asked + interval - performance.now()));
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  async #ask(client: HostClient, id: string): Promise<void> {
    this.#asked = performance.now();
    try {
      this.details = await client.runs.population({ id });
      this.failure = null;
    } catch (error) {
      this.failure = error;
    }
  }
}
