import { expect, it } from 'vitest';
import { commonMistakes, confusionCells } from '../../../../renderer/views/train/confusion';

const cells = confusionCells(Int32Array.of(8, 2, 0, 0, 0, 0, 1, 4, 5), ['a', 'b', 'c']);

it('shares are of the actual class; a class without examples has none', () => {
  expect(cells.filter(({ actual }) => actual === 'a').map(({ share }) => share)).toEqual([0.8, 0.2, 0]);
  expect(cells.filter(({ actual }) => actual === 'b').map(({ share }) => share)).toEqual([0, 0, 0]);
  expect(cells.find(({ actual, predicted }) => actual === 'c' && predicted === 'b')).toMatchObject({ count: 4, share: 0.4 });
});

it('the commonest mistakes come first', () => {
  expect(commonMistakes(cells, 2).map(({ actual, predicted, count }) => [actual, predicted, count])).toEqual([['c', 'b', 4], ['a', 'b', 2]]);
});
