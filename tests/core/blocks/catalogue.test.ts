import { UserError } from '#core/graph';
import { blockSchema, buildBlock, describeBlocks, findBlock, jsonSchema, listBlocks, proposedBlocks } from '#core/blocks';
import { slots } from '#core/nn';
import type { BuildContext } from '#core/nn';
import type { z } from 'zod';
import { describe, expect, it } from 'vitest';

const context: BuildContext = {
  task: 'classification', input: 'table', exampleShape: [4], outputs: 3, classes: 3, classCounts: [10, 20, 30], steps: 100, stepsPerEpoch: 10,
};

const messages = (schema: z.ZodType, value: unknown): string[] => {
  const result = schema.safeParse(value);
  return result.success ? [] : result.error.issues.map((issue) => issue.message);
};

describe('the catalogue', () => {
  it('has at least one entry in every slot and unique names within it', () => {
    for (const slot of slots) {
      const names = listBlocks(slot).map((block) => block.use);
      expect(names.length).toBeGreaterThan(0);
      expect(new Set(names).size).toBe(names.length);
    }
  });

  it.each(listBlocks().map((block) => [`${block.slot}/${block.use}`, block] as const))('%s: name alone fills every default', (_name, block) => {
    expect(block.use).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(block.help).toMatch(/\.$/);
    const parsed = blockSchema(block.slot).parse(block.use);
    expect(parsed.use).toBe(block.use);
    expect(Object.keys(parsed).sort()).toEqual(['use', ...Object.keys(block.parameters.shape)].sort());
    expect(blockSchema(block.slot).parse(parsed)).toEqual(parsed);
  });

  it.each(describeBlocks().map((block) => [`${block.slot}/${block.use}`, block] as const))('%s: every field has a label and a line of help for its form', (_name, { schema }) => {
    const fields = Object.entries((schema['properties'] ?? {}) as Record<string, { description?: string; label?: string; default?: unknown }>);
    for (const [field, { description, label, default: value }] of fields) {
      expect(description, field).toBeTruthy();
      expect(label, field).toBeTruthy();
      expect(value, field).toBeDefined();
    }
    expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
  });

  it('names the nearest block and the nearest field', () => {
    expect(messages(blockSchema('losses'), 'cross-entrpy')).toEqual(['unknown loss "cross-entrpy": did you mean "cross-entropy"?']);
    expect(messages(blockSchema('optimizers'), { use: 'adam', learningrate: 1 })).toEqual(['unknown field "learningrate": did you mean "learningRate"?']);
    expect(messages(blockSchema('optimizers'), {})[0]).toContain('needs "use": one of sgd, adam, adamw');
    expect(messages(blockSchema('optimizers'), { use: 'sgd', learningRate: -0.1 })).toHaveLength(1);
    expect(() => findBlock('metrics', 'acuracy')).toThrow('unknown metric "acuracy": did you mean "accuracy"');
  });

  it('reads nested blocks in the short and the long form alike', () => {
    const architectures = blockSchema('architectures');
    expect(architectures.parse({ use: 'mlp', activation: 'leaky-relu' })).toEqual(architectures.parse({ use: 'mlp', activation: { use: 'leaky-relu', slope: 0.01 } }));
    expect(messages(architectures, { use: 'mlp', activation: 'rely' })[0]).toContain('did you mean "relu"');
    expect(messages(architectures, { use: 'resnet', depth: 9 })[0]).toContain('6n + 2');
  });

  it('publishes a JSON Schema that takes both forms', () => {
    const schema = jsonSchema(blockSchema('activations')) as { slot: string; anyOf: { enum?: string[]; properties?: object }[] };
    expect(schema.slot).toBe('activations');
    expect(schema.anyOf[0]!.enum).toEqual(listBlocks('activations').map((block) => block.use));
    expect(schema.anyOf.slice(1).every((option) => option.properties !== undefined)).toBe(true);
  });

  it('refuses a block that does not fit the data, and says which do', () => {
    const build = (): unknown => buildBlock('losses', blockSchema('losses').parse('huber'), context);
    expect(build).toThrow(UserError);
    expect(build).toThrow('loss huber is for regression and reconstruction; this run is classification');
    expect(() => buildBlock('architectures', blockSchema('architectures').parse('cnn'), context)).toThrow('takes image input');
  });

  it('proposes a loss and metrics for each task', () => {
    expect(proposedBlocks('losses', 'classification')).toEqual(['cross-entropy']);
    expect(proposedBlocks('losses', 'regression')).toEqual(['mean-squared-error']);
    expect(proposedBlocks('metrics', 'regression')).toContain('r2');
  });
});
