import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readFields, readSchema, words } from '../../../../renderer/components/schema/read-schema';

const read = (schema: z.ZodType) => readSchema(z.toJSONSchema(schema, { io: 'input' }));

describe('a schema', () => {
  it('of a number keeps range, openness and scale', () => {
    expect(read(z.number().positive().max(10).meta({ scale: 'log' }))).toEqual({
      kind: 'number', integer: false, scale: 'log', minimum: 0, openMinimum: true, maximum: 10,
    });
    expect(read(z.int().min(1))).toEqual({ kind: 'number', integer: true, scale: 'linear', minimum: 1 });
  });

  it('of words, switches and texts', () => {
    expect(read(z.enum(['a', 'b']))).toEqual({ kind: 'choice', options: ['a', 'b'] });
    expect(read(z.boolean())).toEqual({ kind: 'boolean' });
    expect(read(z.string().min(1))).toEqual({ kind: 'text', minimum: 1 });
    expect(read(z.literal(1))).toEqual({ kind: 'constant', value: 1 });
    expect(read(z.union([z.literal(1), z.literal(3)]))).toEqual({ kind: 'choice', options: [1, 3] });
  });

  it('of something that may be absent', () => {
    expect(read(z.number().nullable())).toEqual({ kind: 'optional', inner: { kind: 'number', integer: false, scale: 'linear' } });
  });

  it('of words or a number', () => {
    expect(read(z.union([z.enum(['same', 'none']), z.int().min(0).max(16)]))).toMatchObject({
      kind: 'either', options: [{ kind: 'choice' }, { kind: 'number', maximum: 16 }],
    });
  });

  it('of a list', () => {
    expect(read(z.array(z.int()).min(1).max(4))).toMatchObject({ kind: 'list', least: 1, most: 4, item: { kind: 'number', integer: true } });
  });

  it('of things told apart by a field', () => {
    const stage = z.discriminatedUnion('stage', [
      z.strictObject({ stage: z.literal('conv'), channels: z.int() }).meta({ title: 'Convolution' }),
      z.strictObject({ stage: z.literal('pool') }),
    ]);
    expect(read(stage)).toMatchObject({
      kind: 'variants', by: 'stage', short: false,
      variants: [{ name: 'conv', title: 'Convolution', fields: [{ name: 'channels' }] }, { name: 'pool', title: 'Pool', fields: [] }],
    });
  });

  it('of a block in its short or long form, with the slot it is from', () => {
    const schema = {
      slot: 'optimizers',
      anyOf: [
        { type: 'string', enum: ['sgd', 'adam'] },
        { type: 'object', title: 'SGD', properties: { use: { const: 'sgd' }, momentum: { type: 'number' } } },
        { type: 'object', title: 'Adam', properties: { use: { const: 'adam' } } },
      ],
    };
    expect(readSchema(schema)).toMatchObject({ kind: 'variants', by: 'use', short: true, slot: 'optimizers', variants: [{ name: 'sgd' }, { name: 'adam', title: 'Adam' }] });
  });

  it('that refers to another part of itself', () => {
    const schema = { $defs: { rate: { type: 'number', maximum: 2 } }, type: 'object', properties: { a: { $ref: '#/$defs/rate', label: 'Rate', default: 1 } } };
    expect(readFields(schema)).toMatchObject([{ name: 'a', label: 'Rate', default: 1, shape: { kind: 'number', maximum: 2 } }]);
  });

  it('that cannot be drawn is edited as JSON', () => {
    expect(read(z.record(z.string(), z.unknown()))).toEqual({ kind: 'any' });
  });

  it('names its fields, with help, unit and default', () => {
    const fields = readFields(z.toJSONSchema(z.object({
      learningRate: z.number().default(0.1).describe('Size of a step.').meta({ label: 'Rate', unit: 'per step', advanced: true }),
      weightDecay: z.number(),
    }), { io: 'input' }));
    expect(fields[0]).toMatchObject({ label: 'Rate', help: 'Size of a step.', unit: 'per step', advanced: true, default: 0.1 });
    expect(fields[1]).toMatchObject({ label: 'Weight decay', help: '', unit: '', advanced: false, default: undefined });
  });
});

it.each([['learningRate', 'Learning rate'], ['global-average', 'Global average'], ['f1', 'F1']])('%s reads %s', (name, text) => {
  expect(words(name)).toBe(text);
});
