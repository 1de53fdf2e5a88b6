import { expect, it } from 'vitest';
import { columnChoice, targetOf, withColumnChoice, withTarget } from '../../../../renderer/views/data/data-specification';

const data = { source: { path: 'iris.csv' }, target: 'species', task: 'classification' };

it('a decision about a column is kept with the others', () => {
  const one = withColumnChoice(data, 'width', 'kind', 'category');
  const two = withColumnChoice(one, 'width', 'role', 'ignore');
  expect(columnChoice(two, 'width')).toEqual({ kind: 'category', role: 'ignore' });
});

it('a decision taken back leaves no trace', () => {
  const decided = withColumnChoice(data, 'width', 'role', 'ignore');
  expect(withColumnChoice(decided, 'width', 'role', undefined)).toEqual(data);
});

it('another target forgets the task that was chosen for the old one, and its own role as an input', () => {
  const ignored = withColumnChoice(data, 'width', 'role', 'ignore');
  const next = withTarget(ignored, 'width');
  expect(next).toEqual({ source: { path: 'iris.csv' }, target: 'width' });
});

it('the target is the one written, else the one proposed', () => {
  expect([targetOf(data, 'other'), targetOf({}, 'other'), targetOf({}, undefined)]).toEqual(['species', 'other', null]);
});
