import { describe, expect, it } from 'vitest';
import { readSchema } from '../../../../renderer/components/schema/read-schema';
import type { VariantsShape } from '../../../../renderer/components/schema/shape';
import { alternativeOf, chooseVariant, freshValue, isDefault, variantName, withField } from '../../../../renderer/components/schema/value';

const activation = {
  anyOf: [
    { type: 'string', enum: ['relu', 'elu'] },
    { type: 'object', title: 'ReLU', properties: { use: { const: 'relu' } } },
    { type: 'object', title: 'ELU', properties: { use: { const: 'elu' }, alpha: { type: 'number', default: 1 } } },
  ],
};
const model = readSchema({
  anyOf: [
    { type: 'object', properties: { use: { const: 'mlp' }, activation: { ...activation, default: 'relu' }, dropout: { type: 'number', default: 0 } } },
    { type: 'object', properties: { use: { const: 'cnn' }, activation: { ...activation, default: 'relu' }, stages: { type: 'array', items: {} } } },
  ],
}) as VariantsShape;
const activations = readSchema(activation) as VariantsShape;

describe('a chosen block', () => {
  it('is known in its short and its long form', () => {
    expect([variantName(activations, 'elu'), variantName(activations, { use: 'relu' }), variantName(activations, undefined)]).toEqual(['elu', 'relu', undefined]);
  });

  it('keeps the blocks inside it that the next one has too, but not its numbers', () => {
    expect(chooseVariant(model, 'cnn', { use: 'mlp', activation: 'elu', dropout: 0.5 })).toEqual({ use: 'cnn', activation: 'elu' });
  });

  it('stays short where it was short', () => {
    expect(chooseVariant(activations, 'elu', 'relu')).toBe('elu');
    expect(chooseVariant(activations, 'elu', { use: 'relu' })).toEqual({ use: 'elu' });
  });

  it('is the default in either form, until a number of it is changed', () => {
    expect(isDefault(activations, { use: 'relu' }, 'relu')).toBe(true);
    expect(isDefault(activations, { use: 'elu', alpha: 1 }, 'elu')).toBe(true);
    expect(isDefault(activations, { use: 'elu', alpha: 2 }, 'elu')).toBe(false);
    expect(isDefault(activations, 'elu', 'relu')).toBe(false);
  });
});

describe('an edited document', () => {
  it('keeps the places of its fields', () => {
    expect(Object.keys(withField({ a: 1, b: 2, c: 3 }, 'b', 9))).toEqual(['a', 'b', 'c']);
  });

  it('loses a field that goes back to its default', () => {
    expect(withField({ a: 1, b: 2 }, 'a', undefined)).toEqual({ b: 2 });
  });

  it('begins empty where there was none', () => {
    expect(withField('adam', 'use', 'adam')).toEqual({ use: 'adam' });
  });
});

describe('a fresh value', () => {
  it('lies within its range', () => {
    expect(freshValue({ kind: 'number', integer: true, scale: 'linear', minimum: 1, maximum: 9 })).toBe(1);
    const open = freshValue({ kind: 'number', integer: false, scale: 'linear', minimum: 0, maximum: 1, openMinimum: true, openMaximum: true });
    expect(open).toBe(0.5);
  });

  it('has what must be given, and leaves defaults alone', () => {
    const shape = readSchema({ type: 'object', properties: { patience: { type: 'integer', minimum: 1 }, minDelta: { type: 'number', default: 0 } } });
    expect(freshValue(shape)).toEqual({ patience: 1 });
  });
});

it('an alternative is told by the type of the value', () => {
  const options = [readSchema({ enum: ['none', 'balanced'] }), readSchema({ type: 'array', items: { type: 'number' } })];
  expect(['none', [1, 2], 'odd'].map((value) => alternativeOf(options, value))).toEqual([0, 1, 0]);
});
