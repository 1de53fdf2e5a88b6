/** Of how many repetitions, the latest, the usual time is taken. */
const KEPT = 63;

/** Seconds of something that is done again and again. The first time, which makes what the others find made, is apart. */
export class Times {
  #first: number | undefined;
  #repeated = 0;
  readonly #latest: number[] = [];

  add(seconds: number): void {
    if (this.#first === undefined) this.#first = seconds;
    else this.#latest[this.#repeated++ % KEPT] = seconds;
  }

  /** Whether it was done more than once. */
  get repeated(): boolean {
    return this.#repeated > 0;
  }

  /** What one time takes, the median of the latest: a moment in which others had the processor does not count. As long as it was done once only, that; `undefined` before. */
  get usual(): number | undefined {
    if (!this.repeated) return this.#first;
    const sorted = this.#latest.toSorted((a, b) => a - b);
    const middle = sorted.length >> 1;
    return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  }

  /** What the first time took longer than usual. */
  get extra(): number {
    return this.#first === undefined ? 0 : Math.max(0, this.#first - this.usual!);
  }
}

export const secondsSince = (start: number): number => (performance.now() - start) / 1000;

/** `undefined` where one of them is. */
export const sumIfKnown = (...seconds: readonly (number | undefined)[]): number | undefined =>
  seconds.reduce<number | undefined>((sum, each) => (sum === undefined || each === undefined ? undefined : sum + each), 0);
