import type { SurfaceRequest } from '#host-client';

/** The picture that a file with a recipe asks for, until the view of its run takes it. */
class AskedSurface {
  #request = $state.raw<SurfaceRequest | null>(null);

  ask(request: SurfaceRequest): void {
    this.#request = request;
  }

  of(run: string): SurfaceRequest | null {
    return this.#request?.run === run ? this.#request : null;
  }

  taken(): void {
    this.#request = null;
  }
}

export const askedSurface = new AskedSurface();
