import { expect, it } from 'vitest';
import { argsOf, mostPanes, placesOf } from '../../../../renderer/views/landscape/compare/comparison.svelte';

it('surfaces side by side are the pairs of the address, each once, as many as stay legible', () => {
  const places = [{ run: 'a', id: '1' }, { run: 'b', id: '1' }, { run: 'a', id: '2' }];
  expect(placesOf(argsOf(places))).toEqual(places);
  expect(placesOf(['a', '1', 'b', '1', 'a', '1', 'a', '2', 'left over'])).toEqual(places);
  expect(placesOf(Array.from({ length: 20 }, (_, i) => String(i)))).toHaveLength(mostPanes);
  expect(placesOf([])).toEqual([]);
});
