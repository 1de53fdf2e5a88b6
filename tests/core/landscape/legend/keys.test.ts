import { describe, expect, it } from 'vitest';
import { legendKeys, legendRows } from '../../../../core/landscape/legend';

describe('a legend', () => {
  it('has one key for each kind of sign that is drawn, and none for what is not', () => {
    expect(legendKeys({ paths: 0, marks: [], computed: false })).toEqual([]);
    const all = legendKeys({ paths: 1, lowest: '0.1', marks: [{ kind: 'saddle' }, { kind: 'minimum' }, { kind: 'minimum' }], computed: true });
    expect(all.map(({ symbol }) => symbol)).toEqual(['path', 'lowest', 'minimum', 'saddle', 'computed']);
    expect(all.map(({ text }) => text)).toEqual(['path of training, from ring to dot', 'lowest point, 0.1', 'valley (local minimum)', 'pass (saddle)', 'computed point, between them interpolated']);
  });

  it('goes on in the next row where a key has no room left; a key that is wider than the room has a row of its own', () => {
    expect(legendRows([40, 30, 21, 120, 10], 100, 5)).toEqual([
      { row: 0, left: 0 },
      { row: 0, left: 45 },
      { row: 1, left: 0 },
      { row: 2, left: 0 },
      { row: 3, left: 0 },
    ]);
  });
});
