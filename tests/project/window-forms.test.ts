import { describeBlocks } from '#core/blocks';
import { dataSpecification, describeGenerators } from '#core/data';
import { describe, expect, it } from 'vitest';
import { readFields } from '../../renderer/components/schema/read-schema';
import type { Field, Shape } from '../../renderer/components/schema/shape';
import { freshValue, isDefault } from '../../renderer/components/schema/value';
import { withColumnChoice, withTarget } from '../../renderer/views/data/data-specification';

/** Names of the fields that would have to be edited as JSON. */
function undrawn(fields: readonly Field[]): string[] {
  return fields.flatMap(({ name, shape }) => inside(shape).map((path) => `${name}${path}`));
}

function inside(shape: Shape): string[] {
  switch (shape.kind) {
    case 'any':
      return [''];
    case 'object':
      return undrawn(shape.fields).map((path) => `.${path}`);
    case 'list':
      return inside(shape.item);
    case 'optional':
      return inside(shape.inner);
    case 'either':
      return shape.options.flatMap(inside);
    case 'variants':
      return shape.variants.flatMap(({ name, fields }) => undrawn(fields).map((path) => `[${name}].${path}`));
    default:
      return [];
  }
}

const entries = [
  ...describeBlocks().map((block) => [`${block.slot}/${block.use}`, block] as const),
  ...describeGenerators().map((generator) => [`generators/${generator.use}`, generator] as const),
];

/** The window draws its forms from the catalogue's schemas: each entry must come out as a form, none as raw JSON. */
describe.each(entries)('%s', (_, block) => {
  const fields = readFields(block.schema);

  it('has a form for every field', () => {
    expect(undrawn(fields)).toEqual([]);
  });

  it('shows its defaults as unchanged', () => {
    for (const field of fields) {
      if (field.default !== undefined) expect(isDefault(field.shape, field.default, field.default), field.name).toBe(true);
    }
  });

  it('can begin every list with a new element', () => {
    for (const { shape } of fields) if (shape.kind === 'list') expect(freshValue(shape.item)).not.toBeUndefined();
  });
});

it('what Data decides about columns is accepted by the engine', () => {
  const data = { source: { path: 'iris.csv' }, target: 'species', task: 'classification' };
  const decided = withColumnChoice(withColumnChoice(data, 'width', 'kind', 'category'), 'width', 'role', 'ignore');
  expect(dataSpecification.safeParse(decided).error).toBeUndefined();
  expect(dataSpecification.safeParse(withTarget(decided, 'width')).error).toBeUndefined();
});
