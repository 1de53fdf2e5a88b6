import type { HostClient, Moments, SeriesListing, SeriesProgress, SurfaceRequest } from '#host-client';
import { connectionLost } from '../../../app/notices.svelte';

/** Slices over training of one run: those that are saved, and the ones being computed. */
export class RunSeries {
  saved = $state.raw<readonly SeriesListing[]>([]);
  progress = $state.raw<SeriesProgress | null>(null);
  computing = $state(false);
  failure = $state.raw<unknown>(null);
  #abort: AbortController | undefined;

  constructor(readonly run: string) {}

  async refresh(client: HostClient): Promise<void> {
    try {
      this.saved = await client.series.list({ run: this.run });
    } catch (error) {
      if (!connectionLost(error)) this.failure = error;
    }
  }

  /** @returns the series' name once all of it is computed */
  async compute(client: HostClient, request: SurfaceRequest, moments: Moments): Promise<string | undefined> {
    const abort = (this.#abort = new AbortController());
    this.failure = null;
    this.computing = true;
    let id: string | undefined;
    try {
      for await (const progress of await client.series.compute({ request, moments }, { signal: abort.signal })) {
        if (abort.signal.aborted) break;
        this.progress = progress;
        id = progress.id;
      }
    } catch (error) {
      if (!abort.signal.aborted && !connectionLost(error)) this.failure = error;
      id = undefined;
    } finally {
      this.computing = false;
      this.progress = null;
      await this.refresh(client);
    }
    return abort.signal.aborted ? undefined : id;
  }

  /** What was computed stays; asking again continues it. */
  stop(): void {
    this.#abort?.abort();
  }

  async remove(client: HostClient, id: string): Promise<void> {
    try {
      await client.series.remove({ run: this.run, id });
    } catch (error) {
      this.failure = error;
    }
    await this.refresh(client);
  }
}
