/** The most recently used results of a costly question; a failed one is forgotten at once. */
export class RecentResults<T> {
  readonly #most: number;
  readonly #results = new Map<string, Promise<T>>();

  constructor(most: number) {
    this.#most = most;
  }

  get(key: string, make: () => Promise<T>): Promise<T> {
    const known = this.#results.get(key);
    this.#results.delete(key);
    const result = known ?? make();
    this.#results.set(key, result);
    result.catch(() => {
      if (this.#results.get(key) === result) this.#results.delete(key);
    });
    for (const old of this.#results.keys()) {
      if (this.#results.size <= this.#most) break;
      this.#results.delete(old);
    }
    return result;
  }

  clear(): void {
    this.#results.clear();
  }
}
