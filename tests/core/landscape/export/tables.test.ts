import { describe, expect, it } from 'vitest';
import { exportSurface } from '#core/landscape';
import { ripples, sampleSurface } from '../sample';

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const withHoles = (x: number, y: number): number => (x > 0.8 ? Infinity : y < -0.7 ? NaN : ripples(x, y));

describe('tables of a surface', () => {
  it('json: matrices row by row, the recipe, holes as null', async () => {
    const surface = sampleSurface({ columns: 7, rows: 5, f: withHoles });
    const parsed = JSON.parse(text(await exportSurface(surface, 'json'))) as {
      recipe: unknown;
      x: number[];
      y: number[];
      values: { loss: (number | null)[][] };
      trajectory: { points: [number, number][]; steps: number[] };
    };
    expect(parsed.recipe).toEqual(surface.recipe);
    parsed.y.forEach((y, row) =>
      parsed.x.forEach((x, column) => {
        const expected = withHoles(x, y);
        expect(parsed.values.loss[row]![column]).toBe(Number.isFinite(expected) ? expected : null);
      }),
    );
    expect(parsed.trajectory.points.flat()).toEqual(Array.from(surface.trajectory!.points));
  });

  it('csv: one line a point, nothing lost in the digits, empty and inf for holes', async () => {
    const lines = text(await exportSurface(sampleSurface({ columns: 7, rows: 5, f: withHoles }), 'csv')).trim().split('\n');
    expect(lines[0]).toBe('x,y,loss');
    expect(lines).toHaveLength(1 + 35);
    for (const line of lines.slice(1)) {
      const [x = NaN, y = NaN] = line.split(',').map(Number);
      const cell = line.split(',')[2]!;
      const expected = withHoles(x, y);
      if (Number.isFinite(expected)) expect(Number(cell)).toBe(expected);
      else expect(cell).toBe(Number.isNaN(expected) ? '' : 'inf');
    }
  });

  it('npy: the header NumPy writes, then x, y and the values as little-endian float64', async () => {
    const surface = sampleSurface({ columns: 7, rows: 5, f: withHoles });
    const bytes = await exportSurface(surface, 'npy');
    expect(Array.from(bytes.subarray(0, 8))).toEqual([0x93, ...new TextEncoder().encode('NUMPY'), 1, 0]);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const headerLength = view.getUint16(8, true);
    expect((10 + headerLength) % 64).toBe(0);
    const header = text(bytes.subarray(10, 10 + headerLength));
    expect(header.endsWith('\n')).toBe(true);
    expect(header.trimEnd()).toBe("{'descr': '<f8', 'fortran_order': False, 'shape': (3, 5, 7), }");
    const start = 10 + headerLength;
    expect(bytes.length).toBe(start + 3 * 35 * 8);
    const at = (index: number): number => view.getFloat64(start + index * 8, true);
    for (let index = 0; index < 35; index++) expect(at(70 + index)).toEqual(withHoles(at(index), at(35 + index)));
  });
});
