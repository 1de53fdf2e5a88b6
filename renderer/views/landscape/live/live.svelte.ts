import type { FollowEvent, HostClient, RunSummary, SurfaceRequest, SurfaceSeries } from '#host-client';
import { Computation } from '../../../app/computation.svelte';
import { perRun } from '../../../app/per-run';

/** Whether there is, or will soon be, a training to follow. */
export const atWork = ({ state }: Pick<RunSummary, 'state'>): boolean => state === 'running' || state === 'paused' || state === 'queued';

type Progress = Extract<FollowEvent, { kind: 'progress' }>;

/** A training that is followed: slices through its newest weights as they come. It goes on while other views are looked at. */
export class LiveSeries extends Computation<Progress> {
  series = $state.raw<SurfaceSeries | null>(null);
  /** what is waited for, or how the run ended */
  text = $state('');

  async start(client: HostClient, request: SurfaceRequest, every: number): Promise<void> {
    this.series = null;
    this.text = '';
    await this.follow(null, (signal) => client.series.follow({ request, every }, { signal }), (event: FollowEvent) => this.#take(event));
  }

  /** The series of this name, where it is the one that grows here. */
  of(id: string): SurfaceSeries | null {
    return this.series?.id === id ? this.series : null;
  }

  #take(event: FollowEvent): void {
    switch (event.kind) {
      case 'progress':
        this.progress = event;
        this.text = '';
        break;
      case 'slices':
        this.progress = null;
        this.series = { id: event.id, steps: [...(this.series?.steps ?? []), ...event.steps], slices: [...(this.series?.slices ?? []), ...event.slices] };
        break;
      case 'waiting':
      case 'over':
        this.text = event.text;
    }
  }
}

/** What is followed of each run. */
export const liveOf = perRun(() => new LiveSeries());
