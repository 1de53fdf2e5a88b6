import type { PathRequest, SurfaceRequest } from '#host-client';
import { untrack } from 'svelte';
import type { Computation } from './computation.svelte';

/** What a file with a recipe asks for, until the view of its run takes it. */
class AskedAgain<Request extends { run: string }> {
  #request = $state.raw<Request | null>(null);

  ask(request: Request): void {
    this.#request = request;
  }

  /** What an effect of the run's view does: what is still computed there is stopped first, then the request is taken. */
  take(run: string, computation: Pick<Computation<unknown>, 'computing' | 'stop'>, compute: (request: Request) => void): void {
    const request = this.#request;
    if (request?.run !== run) return;
    if (computation.computing) untrack(() => computation.stop());
    else {
      untrack(() => {
        this.#request = null;
        compute(request);
      });
    }
  }
}

export const askedSurface = new AskedAgain<SurfaceRequest>();
export const askedPath = new AskedAgain<PathRequest>();
