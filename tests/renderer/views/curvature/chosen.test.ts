import { describe, expect, it } from 'vitest';
import { changed, namedIn, namesOf } from '../../../../renderer/views/curvature/measures/chosen';

const catalogue = {
  families: [{ id: 'size' }, { id: 'path' }],
  measures: [{ id: 'params', family: 'size' }, { id: 'depth', family: 'size' }, { id: 'path-norm', family: 'path' }],
};

describe('measures that are chosen', () => {
  it('are named by their families where these are whole, and back', () => {
    expect([...namedIn(catalogue, ['size', 'path-norm'])]).toEqual(['params', 'depth', 'path-norm']);
    expect(namesOf(catalogue, new Set(['params', 'depth']))).toEqual(['size']);
    expect(namesOf(catalogue, new Set(['depth', 'path-norm']))).toEqual(['depth', 'path']);
    expect(namesOf(catalogue, new Set())).toEqual([]);
    for (const names of [['size'], ['depth'], ['params', 'path']]) expect(namesOf(catalogue, namedIn(catalogue, names))).toEqual(names);
  });

  it('are taken in and left out one by one and by families', () => {
    expect(changed(catalogue, ['path'], ['params', 'depth'], true)).toEqual(['size', 'path']);
    expect(changed(catalogue, ['size', 'path'], ['depth'], false)).toEqual(['params', 'path']);
  });
});
