import type { ReadOptions } from '../source';

const usual = ['NA', 'N/A', 'n/a', '#N/A', '<NA>', 'NaN', 'nan', 'NAN', 'null', 'NULL', 'None', '?', '-'];

/** Cells that mean "missing"; the empty one always does. */
export function missingMarkers(options: ReadOptions): ReadonlySet<string> {
  return new Set(['', ...(options.missingValues ?? usual)]);
}
