import type { Surface } from '../surface';

/**
 * NumPy's NPY format 1.0 (NEP 1): float64, C order.
 * The header is padded so that the numbers start at a multiple of 64 bytes.
 */
export function encodeNpy(data: Float64Array, shape: readonly number[]): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const description = `{'descr': '<f8', 'fortran_order': False, 'shape': ${tuple}, }`;
  const padded = Math.ceil((10 + description.length + 1) / 64) * 64;
  const bytes = new Uint8Array(padded + data.length * 8);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, (padded - 10) & 255, (padded - 10) >> 8]);
  bytes.set(new TextEncoder().encode(`${description.padEnd(padded - 11)}\n`), 10);
  const view = new DataView(bytes.buffer, padded);
  data.forEach((value, index) => view.setFloat64(index * 8, value, true));
  return bytes;
}

/**
 * One array `[2 + quantities, ny, nx]`: x, y, then the quantities in the recipe's order. Holes keep their NaN (not
 * computed) or inf (no finite value).
 */
export function exportNpy(surface: Surface): Uint8Array {
  const columns = surface.x.length;
  const rows = surface.y.length;
  const quantities = surface.recipe.quantities.map((name) => surface.values[name] ?? new Float64Array(columns * rows).fill(NaN));
  const data = new Float64Array((2 + quantities.length) * columns * rows);
  for (let index = 0; index < columns * rows; index++) {
    data[index] = surface.x[index % columns]!;
    data[columns * rows + index] = surface.y[Math.floor(index / columns)]!;
  }
  quantities.forEach((values, at) => data.set(values, (2 + at) * columns * rows));
  return encodeNpy(data, [2 + quantities.length, rows, columns]);
}
