import { gridAxes, gridSize } from '../grid';
import { COMPUTED, placeOf, type Surface, withComputed } from '../surface';

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

/** The numbers of a file that `encodeNpy` made; `undefined` where it is none. */
export function decodeNpy(bytes: Uint8Array): Float64Array | undefined {
  const whole = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = bytes.length < 10 ? 0 : 10 + whole.getUint16(8, true);
  if (new TextDecoder('latin1').decode(bytes.subarray(1, 6)) !== 'NUMPY' || bytes.length < start || (bytes.length - start) % 8 !== 0) return undefined;
  return Float64Array.from({ length: (bytes.length - start) / 8 }, (_, i) => whole.getFloat64(start + i * 8, true));
}

/**
 * One array `[2 + quantities, ny, nx]`: x, y, then the quantities in the recipe's order; of a volume `[3 + quantities, nz, ny, nx]`. Holes
 * keep their NaN (not computed) or inf (no finite value). Where points were chosen the others are interpolated, and one more plane comes last: 1 for computed, 0 for interpolated.
 */
export function exportNpy(given: Surface): Uint8Array {
  const surface = withComputed(given);
  const axes = gridAxes(surface.recipe.grid).length;
  const size = gridSize(surface.recipe.grid);
  const names = [...surface.recipe.quantities, ...(surface.recipe.adaptive ? [COMPUTED] : [])];
  const quantities = names.map((name) => surface.values[name] ?? new Float64Array(size).fill(NaN));
  const data = new Float64Array((axes + quantities.length) * size);
  for (let index = 0; index < size; index++) {
    const { x, y, z } = placeOf(surface, index);
    data[index] = x;
    data[size + index] = y;
    if (z !== undefined) data[2 * size + index] = z;
  }
  quantities.forEach((values, at) => data.set(values, (axes + at) * size));
  return encodeNpy(data, [axes + quantities.length, ...gridAxes(surface.recipe.grid).map(({ count }) => count).reverse()]);
}
