import type { PathRequest, SurfaceRequest } from '#host-client';

/** What a file with a recipe asks for, until the view of its run takes it. */
class AskedAgain<Request extends { run: string }> {
  #request = $state.raw<Request | null>(null);

  ask(request: Request): void {
    this.#request = request;
  }

  of(run: string): Request | null {
    return this.#request?.run === run ? this.#request : null;
  }

  taken(): void {
    this.#request = null;
  }
}

export const askedSurface = new AskedAgain<SurfaceRequest>();
export const askedPath = new AskedAgain<PathRequest>();
