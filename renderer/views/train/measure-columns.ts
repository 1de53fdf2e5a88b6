import type { MeasureTable } from '#host-client';
import { GrowingColumns } from './growing-columns';

/** What was measured of the weights while they were trained: columns by the measure's name, in the order of the first ones. */
export class MeasureColumns {
  readonly #byName = new Map<string, GrowingColumns>();

  get byName(): ReadonlyMap<string, GrowingColumns> {
    return this.#byName;
  }

  append({ names, columns }: MeasureTable): void {
    for (const name of new Set(names)) {
      const rows = names.flatMap((each, row) => (each === name ? [row] : []));
      const own = Object.fromEntries(Object.entries(columns).map(([column, values]) => [column, Float64Array.from(rows, (row) => values[row] ?? Number.NaN)]));
      const known = this.#byName.get(name) ?? new GrowingColumns('step');
      known.append(own);
      this.#byName.set(name, known);
    }
  }
}
