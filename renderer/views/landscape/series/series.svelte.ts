import type { HostClient, Moments, SeriesListing, SeriesProgress, SurfaceRequest } from '#host-client';
import { Computation } from '../../../app/computation.svelte';

/** Slices over training of one run: those that are saved, and the ones being computed. */
export class RunSeries extends Computation<SeriesProgress> {
  saved = $state.raw<readonly SeriesListing[]>([]);

  constructor(readonly run: string) {
    super();
  }

  async refresh(client: HostClient): Promise<void> {
    try {
      this.saved = await client.series.list({ run: this.run });
    } catch (error) {
      this.fail(error);
    }
  }

  /** @returns the series' name once all of it is computed */
  async compute(client: HostClient, request: SurfaceRequest, moments: Moments): Promise<string | undefined> {
    let id: string | undefined;
    const whole = await this.follow(null, (signal) => client.series.compute({ request, moments }, { signal }), (progress: SeriesProgress) => {
      this.progress = progress;
      id = progress.id;
    });
    await this.refresh(client);
    return whole ? id : undefined;
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
