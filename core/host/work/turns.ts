/** Lets one after the other in, in the order in which they came. */
export class Turns {
  #last: Promise<void> = Promise.resolve();
  #inside = 0;

  /** Whether the next one has to wait. */
  get taken(): boolean {
    return this.#inside > 0;
  }

  /** Waits for everyone who came before; the function that is returned lets the next one in. */
  async take(): Promise<() => void> {
    const before = this.#last;
    this.#inside++;
    let done = (): void => undefined;
    this.#last = new Promise((resolve) => {
      done = () => {
        this.#inside--;
        resolve();
      };
    });
    await before;
    return done;
  }
}
