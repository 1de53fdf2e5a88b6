import { z } from 'zod';

/** A JSON Schema document (draft 2020-12), as forms and editors read it. */
export type JsonSchema = Record<string, unknown>;

/**
 * The JSON Schema of what a person may write (defaults may be left out). Where a block stands, the short form, its bare
 * name, is allowed too; such a schema carries `slot`, so that a form can offer the slot's cards.
 */
export function jsonSchema(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, {
    io: 'input',
    override: ({ jsonSchema: node }) => {
      if (node['slot'] === undefined || node.oneOf === undefined) return;
      const uses = node.oneOf.map((option) => option.properties?.['use']).map((use) => (typeof use === 'object' ? use.const : undefined));
      node.anyOf = [{ type: 'string', enum: uses.filter((use) => typeof use === 'string') }, ...node.oneOf];
      delete node.oneOf;
    },
  }) as JsonSchema;
}
