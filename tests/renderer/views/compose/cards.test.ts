import { expect, it } from 'vitest';
import { cardsOf, inColumns } from '../../../../renderer/views/compose/cards';
import { readFields } from '../../../../renderer/components/schema/read-schema';

const block = (...fields: string[]) => ({
  anyOf: [{ type: 'object', properties: { use: { const: 'one' }, ...Object.fromEntries(fields.map((name) => [name, { type: 'number' }])) } }],
});
const fields = readFields({
  type: 'object',
  properties: {
    $schema: { type: 'string' }, basin: { const: 1 }, name: { type: 'string' }, seed: { type: 'integer' }, data: { type: 'object', properties: {} },
    model: block('a', 'b', 'c', 'd'), optimizer: block('a'), regularizers: { type: 'array', items: block('a') }, training: { type: 'object', properties: { epochs: { type: 'integer' } } },
  },
});

it('every part of the specification has one card, the plain fields share one, and the data have a view of their own', () => {
  const cards = cardsOf(fields);
  expect(cards.map(({ key }) => key)).toEqual(['model', 'optimizer', 'regularizers', 'training', 'run']);
  expect(cards.at(-1)?.fields.map(({ name }) => name)).toEqual(['name', 'seed']);
});

it('columns hold every card once, in order', () => {
  const [left, right] = inColumns(cardsOf(fields));
  expect([...left, ...right].map(({ key }) => key).sort()).toEqual(['model', 'optimizer', 'regularizers', 'run', 'training']);
  expect(left.length).toBeGreaterThan(0);
  expect(right.length).toBeGreaterThan(0);
});
