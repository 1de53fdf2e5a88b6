import type { DataSpecification, DatasetDescription, HostClient } from '#host-client';

/** A pause in editing after which the engine is asked what training would see. */
const pause = 300;

/** What training would see of the data as they are specified now. */
export class Described {
  value = $state.raw<DatasetDescription | null>(null);
  failure = $state.raw<unknown>(null);
  busy = $state(false);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #round = 0;

  ask(client: HostClient, data: DataSpecification): void {
    clearTimeout(this.#timer);
    const round = ++this.#round;
    this.busy = true;
    this.#timer = setTimeout(() => void this.#ask(client, data, round), this.value === null ? 0 : pause);
  }

  async #ask(client: HostClient, data: DataSpecification, round: number): Promise<void> {
    try {
      const value = await client.datasets.describe({ data });
      if (round !== this.#round) return;
      this.value = value;
      this.failure = null;
    } catch (error) {
      if (round === this.#round) this.failure = error;
    }
    if (round === this.#round) this.busy = false;
  }
}
