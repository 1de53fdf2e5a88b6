/** Steps whose results are fetched together: about this many milliseconds of them. */
export const chunkMilliseconds = 100;
export const chunkSteps = 512;

/** How fast a training goes: working time only, pauses left out. */
export class Pace {
  #seconds = 0;
  #steps = 0;

  /** Enters work: steps done, or none where time went into something else, such as validation. */
  add(milliseconds: number, steps = 0): void {
    this.#seconds += milliseconds / 1000;
    this.#steps += steps;
  }

  /** Seconds that so many steps will take at the mean pace so far. */
  remaining(steps: number): number {
    return this.#steps === 0 ? NaN : (this.#seconds / this.#steps) * steps;
  }
}
