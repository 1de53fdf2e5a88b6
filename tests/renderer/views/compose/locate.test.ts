import { expect, it } from 'vitest';
import { locate } from '../../../../renderer/views/compose/locate';

const text = `{
  "name": "a \\"quoted\\" name",
  "optimizer": { "use": "adam", "learningRate": -1 },
  "regularizers": [{ "use": "l1" }, { "use": "l2", "strength": 2 }]
}`;
const found = (...path: (string | number)[]) => {
  const { from, to } = locate(text, path);
  return text.slice(from, to);
};

it('a field is found by its name', () => {
  expect(found('optimizer', 'learningRate')).toBe('"learningRate"');
  expect(text.slice(locate(text, ['optimizer', 'learningRate']).to).startsWith(': -1')).toBe(true);
});

it('an element of a list is found by its place, a field in it inside it', () => {
  expect(found('regularizers', 1)).toBe('{ "use": "l2", "strength": 2 }');
  expect(found('regularizers', 1, 'strength')).toBe('"strength"');
});

it('what is left out is found at what should hold it', () => {
  expect(found('optimizer', 'momentum')).toBe('"optimizer"');
  expect(found('regularizers', 7, 'use')).toBe('"regularizers"');
  expect(found('model')).toBe('{');
});

it('a broken text does not throw', () => {
  expect(() => locate('{ "a": [1, ', ['a', 3])).not.toThrow();
  expect(() => locate('', ['a'])).not.toThrow();
});
