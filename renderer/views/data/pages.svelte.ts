/** Rows asked of the engine at once; the contract allows 500. */
export const pageSize = 200;

/**
 * What has been fetched of a long list, page by page, as far as it was looked at. The last few pages are kept, so that a
 * table of any length costs the window the same memory.
 */
export class Pages<Page> {
  readonly #fetch: (offset: number, limit: number) => Promise<Page>;
  readonly #kept: number;
  #pages = $state.raw<Readonly<Record<number, Page>>>({});
  #asked: number[] = [];
  failure = $state.raw<unknown>(null);

  constructor(fetch: (offset: number, limit: number) => Promise<Page>, kept = 12) {
    this.#fetch = fetch;
    this.#kept = kept;
  }

  /** The page an index is on and its place there; `undefined` while it is not here. */
  at(index: number): { page: Page; place: number } | undefined {
    const page = this.#pages[Math.floor(index / pageSize)];
    return page === undefined ? undefined : { page, place: index % pageSize };
  }

  /** Fetches the pages between two indices that are not here yet. */
  need(first: number, last: number): void {
    for (let page = Math.floor(first / pageSize); page <= Math.floor(last / pageSize); page++) {
      if (!(page in this.#pages) && !this.#asked.includes(page)) void this.#load(page);
    }
  }

  async #load(page: number): Promise<void> {
    this.#asked.push(page);
    try {
      const found = await this.#fetch(page * pageSize, pageSize);
      const distance = ([other]: [string, Page]): number => Math.abs(Number(other) - page);
      const near = Object.entries(this.#pages).sort((a, b) => distance(a) - distance(b)).slice(0, this.#kept - 1);
      this.#pages = { ...Object.fromEntries(near), [page]: found };
      this.failure = null;
    } catch (error) {
      this.failure = error;
    } finally {
      this.#asked = this.#asked.filter((other) => other !== page);
    }
  }
}
