import { describe, expect, it } from 'vitest';
import { leadsAlongPath, legendKeys, legendRows, nameLines } from '../../../../core/landscape/legend';

it('the name of an axis takes two lines where it does not fit in one, parted where it reads well', () => {
  const lines = (text: string, room: number): readonly string[] => nameLines(text, ({ length }) => length, room);
  const name = 'principal direction 2 of the path (7.7 % of its variance)';
  expect(lines(name, 100)).toEqual([name]);
  expect(lines(name, 40)).toEqual(['principal direction 2 of the path', '(7.7 % of its variance)']);
  expect(lines('at right angles to it, towards other (init)', 30)).toEqual(['at right angles to it,', 'towards other (init)']);
  expect(lines('filter-normalised random direction 1', 10)).toEqual(['filter-normalised', 'random direction 1']);
  expect(lines('direction 2', 3)).toEqual(['direction 2']);
});

describe('a legend', () => {
  it('has one key for each kind of sign that is drawn, and none for what is not', () => {
    expect(legendKeys({ paths: 0, marks: [], computed: false })).toEqual([]);
    const all = legendKeys({ paths: 1, lowest: '0.1', marks: [{ kind: 'saddle' }, { kind: 'minimum' }, { kind: 'minimum' }], computed: true });
    expect(all.map(({ symbol }) => symbol)).toEqual(['path', 'lowest', 'minimum', 'saddle', 'computed']);
    expect(legendKeys({ paths: 1, between: true, marks: [], computed: false }).map(({ text }) => text)).toEqual(['path between the networks, from ring to dot']);
    expect(all.map(({ text }) => text)).toEqual(['path of training, from ring to dot', 'lowest point, 0.1', 'valley (local minimum)', 'pass (saddle)', 'computed point, between them interpolated']);
  });

  it('tells a path between networks from one of training by the weights that the plane leads to', () => {
    const leads = (...names: string[]) => ({ kind: 'through', of: names.map((checkpoint) => ({ checkpoint })) });
    expect(leadsAlongPath(leads('last', 'path:bezier-1/1'))).toBe(true);
    expect(leadsAlongPath({ kind: 'line', to: { checkpoint: 'path:bezier-1/end' } })).toBe(true);
    for (const plane of [leads('last', 'init'), { kind: 'random' }, { kind: 'line', to: { checkpoint: '12' } }]) expect(leadsAlongPath(plane)).toBe(false);
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
