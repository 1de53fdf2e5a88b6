import type { HostClient, RunError, RunEvent, RunState } from '#host-client';
import { explain } from '../../app/notices.svelte';
import { GrowingColumns } from './growing-columns';
import { MeasureColumns } from './measure-columns';

export interface Speed {
  examplesPerSecond: number;
  stepsPerSecond: number;
  remainingSeconds: number;
}

/** Everything a run has told so far, filled by its stream; nothing of it is kept by the window itself. */
export class RunFeed {
  state = $state<RunState | null>(null);
  error = $state.raw<RunError | null>(null);
  speed = $state.raw<Speed | null>(null);
  /** why the stream ended before the run did */
  failure = $state.raw<unknown>(null);
  #steps = $state.raw(new GrowingColumns('step'));
  #epochs = $state.raw(new GrowingColumns('epoch'));
  #measures = $state.raw(new MeasureColumns());
  // Read by whatever draws the columns: they grow in place.
  #version = $state(0);
  #frame = 0;

  get steps(): GrowingColumns {
    void this.#version;
    return this.#steps;
  }

  get epochs(): GrowingColumns {
    void this.#version;
    return this.#epochs;
  }

  /** What was measured of the weights, by its name, in the order of the first ones. */
  get measures(): ReadonlyMap<string, GrowingColumns> {
    void this.#version;
    return this.#measures.byName;
  }

  /** Follows the run until the signal aborts or the stream ends. What was shown stays until the new stream speaks. */
  async follow(client: HostClient, id: string, signal: AbortSignal): Promise<void> {
    let fresh = true;
    try {
      for await (const event of await client.runs.watch({ id }, { signal })) {
        if (signal.aborted) return;
        if (fresh) {
          fresh = false;
          this.#steps = new GrowingColumns('step');
          this.#epochs = new GrowingColumns('epoch');
          this.#measures = new MeasureColumns();
          this.failure = null;
        }
        this.#take(event);
      }
    } catch (error) {
      // A lost engine is told by the banner; the effect that follows runs again once it is back.
      if (!signal.aborted && !['engine.ended', 'connection.closed'].includes(explain(error).code ?? '')) this.failure = error;
    } finally {
      cancelAnimationFrame(this.#frame);
      this.#version++;
    }
  }

  #take(event: RunEvent): void {
    switch (event.kind) {
      case 'state':
        this.state = event.state;
        this.error = event.error ?? null;
        if (event.state !== 'running') this.speed = null;
        return;
      case 'steps':
        this.#steps.append(event.columns);
        return this.#redraw();
      case 'epochs':
        this.#epochs.append(event.columns);
        return this.#redraw();
      case 'measures':
        this.#measures.append(event.table);
        return this.#redraw();
      case 'speed':
        this.speed = event;
    }
  }

  /** At most one redrawing a frame, however fast the engine speaks. */
  #redraw(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => this.#version++);
  }
}
