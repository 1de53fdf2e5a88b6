/** Lets someone else hold a training between two steps. */
export class PauseSwitch {
  #paused: Promise<void> | undefined;
  #resume: (() => void) | undefined;

  get paused(): boolean {
    return this.#paused !== undefined;
  }

  pause(): void {
    this.#paused ??= new Promise((resolve) => (this.#resume = resolve));
  }

  resume(): void {
    this.#resume?.();
    this.#paused = undefined;
    this.#resume = undefined;
  }

  /** What the trainer asks between steps: a promise means wait. */
  readonly point = (): Promise<void> | undefined => this.#paused;
}
