import type { Columns } from '#host-client';

/**
 * Columns of equal length that grow at the end as a run goes on. Room doubles, so that many small additions stay cheap.
 * Rows are ordered by `key`; an addition that begins at or before rows already here replaces them (a run resumed from a
 * checkpoint repeats the steps after it).
 */
export class GrowingColumns {
  readonly #key: string;
  #columns = new Map<string, Float64Array>();
  #length = 0;

  constructor(key: string) {
    this.#key = key;
  }

  get length(): number {
    return this.#length;
  }

  get names(): string[] {
    return [...this.#columns.keys()];
  }

  append(added: Columns): void {
    const rows = added[this.#key]?.length ?? 0;
    if (rows === 0) return;
    this.#rewind(added[this.#key]?.[0] ?? 0);
    const needed = this.#length + rows;
    for (const name of Object.keys(added)) if (!this.#columns.has(name)) this.#columns.set(name, new Float64Array(0));
    for (const [name, column] of this.#columns) {
      const room = column.length >= needed ? column : grown(column, Math.max(needed, column.length * 2, 64));
      const values = added[name];
      // A column that begins late, or pauses, was not measured there.
      room.fill(Number.NaN, Math.min(this.#length, room.length), needed);
      if (values) room.set(values.subarray(0, rows), this.#length);
      this.#columns.set(name, room);
    }
    this.#length = needed;
  }

  /** One column, `[length]`; empty where there is none of that name. A view: it is not to be written. */
  get(name: string): Float64Array {
    return this.#columns.get(name)?.subarray(0, this.#length) ?? new Float64Array(0);
  }

  #rewind(first: number): void {
    const keys = this.get(this.#key);
    let length = keys.length;
    while (length > 0 && (keys[length - 1] ?? 0) >= first) length--;
    this.#length = length;
  }
}

function grown(column: Float64Array, room: number): Float64Array {
  const next = new Float64Array(room).fill(Number.NaN);
  next.set(column);
  return next;
}
