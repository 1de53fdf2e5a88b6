import { readFileSync } from 'node:fs';
import { UserError } from '#core/graph';
import { describe, expect, it } from 'vitest';
import { describeGenerators, findGenerator, generate, generatorSchema, listGenerators } from '../../../../core/data';

interface Field { default?: unknown; description?: string; label?: string; minimum?: number; maximum?: number; type?: string; enum?: unknown[] }

describe('the catalogue of generators', () => {
  it('describes every field: default, help, label, range', () => {
    for (const { use, schema, title, help } of describeGenerators()) {
      expect(title).not.toBe('');
      expect(help.endsWith('.')).toBe(true);
      expect(schema['additionalProperties']).toBe(false);
      const fields = Object.entries(schema['properties'] as Record<string, Field>);
      for (const name of ['count', 'seed']) expect(fields.map(([key]) => key)).toContain(name);
      for (const [name, field] of fields) {
        expect(field.description, `${use}.${name}`).toMatch(/\.$/);
        expect(field.label, `${use}.${name}`).toBeTruthy();
        expect(field.default, `${use}.${name}`).not.toBeUndefined();
        if (field.type === 'number' || field.type === 'integer') {
          expect(field.minimum, `${use}.${name}`).toBeLessThanOrEqual(field.default as number);
          expect(field.maximum, `${use}.${name}`).toBeGreaterThanOrEqual(field.default as number);
        }
      }
      // Every field has a default, so none is required of a person.
      expect(schema['required']).toBeUndefined();
    }
  });

  it('stands in the documentation with every parameter and its default', () => {
    const page = readFileSync(new URL('../../../../docs/generators.md', import.meta.url), 'utf8');
    for (const { use, title, schema } of describeGenerators()) {
      const section = page.split(`## ${title}: \`${use}\``)[1]?.split('\n## ')[0] ?? '';
      for (const [name, field] of Object.entries(schema['properties'] as Record<string, Field>)) {
        if (name === 'seed' || name === 'labelNoise') expect(field.default).toBe(0);
        else expect(section, `${use}.${name}`).toContain(`| \`${name}\` | ${String(field.default)} |`);
      }
    }
  });

  it('fills in defaults', () => {
    expect(generatorSchema.parse({ use: 'moons', noise: 0.2 })).toEqual({ use: 'moons', count: 1000, gap: 0, noise: 0.2, labelNoise: 0, seed: 0 });
    for (const { use } of listGenerators()) expect(generatorSchema.parse({ use })).toHaveProperty('count');
  });

  it('names the nearest generator and field where one is misspelt', async () => {
    expect(() => findGenerator('spiral')).toThrow('unknown generator "spiral": did you mean "spirals"?');
    await expect(generate({ use: 'mons' })).rejects.toThrow(UserError);
    await expect(generate({ use: 'moons', niose: 1 })).rejects.toThrow('moons: unknown field "niose": did you mean "noise"');
    await expect(generate({ use: 'moons', noise: -1, count: 1 })).rejects.toThrow(/count: .*noise: /);
    const unknown = generatorSchema.safeParse({ use: 'xnor' });
    expect(unknown.error?.issues[0]?.message).toBe('unknown generator "xnor": did you mean "xor"?');
    expect(generatorSchema.safeParse({}).error?.issues[0]?.message).toContain('needs "use"');
    expect(generatorSchema.safeParse({ use: 'xor', dimension: 3 }).success).toBe(false);
  });
});
