import type { RunSummary } from '#host-client';
import { host } from '../host.svelte';

/** Runs that change by themselves, so that the list is asked for again. */
const moving = new Set(['running', 'queued']);
const period = 2000;

/**
 * The runs there are, newest first, for every view that lists them. Asked again while something trains; `refresh` asks
 * at once.
 */
class RunList {
  all = $state.raw<RunSummary[]>([]);
  error = $state.raw<unknown>(null);
  loaded = $state(false);
  #timer: ReturnType<typeof setTimeout> | undefined;

  async refresh(): Promise<void> {
    clearTimeout(this.#timer);
    try {
      const runs = await host.client.runs.list();
      this.all = runs.toSorted((a, b) => b.created - a.created);
      this.error = null;
    } catch (error) {
      this.error = error;
    }
    this.loaded = true;
    clearTimeout(this.#timer);
    if (this.all.some((run) => moving.has(run.state))) this.#timer = setTimeout(() => void this.refresh(), period);
  }

  find(id: string): RunSummary | undefined {
    return this.all.find((run) => run.id === id);
  }
}

export const runList = new RunList();
