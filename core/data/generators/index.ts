import { strictObject, suggestion, UserError } from '#core/graph';
import { z } from 'zod';
import type { Source } from '../source';
import { adding } from './adding';
import { brackets } from './brackets';
import { checkerboard } from './checkerboard';
import { copying } from './copying';
import { gaussianMixtures } from './gaussian-mixtures';
import type { Generator } from './generator';
import { glyphs } from './glyphs';
import { grammar } from './grammar';
import { modularArithmetic } from './modular-arithmetic';
import { moons } from './moons';
import { sinusoid } from './sinusoid';
import { spirals } from './spirals';
import { teacher } from './teacher-network';
import { waves } from './waves';
import { xor } from './xor';

export { defineGenerator } from './generator';
export type { Generator } from './generator';
export { teacherNetwork } from './teacher-network';
export type { TeacherLayer, TeacherParameters } from './teacher-network';

/** Any generator, whatever its parameters are. */
export type AnyGenerator = Omit<Generator, 'generate'> & { generate(parameters: never, signal?: AbortSignal): Source | Promise<Source> };

const generators: readonly AnyGenerator[] = [spirals, moons, xor, gaussianMixtures, checkerboard, sinusoid, teacher, glyphs, waves, adding, copying, brackets, modularArithmetic, grammar];
const names = generators.map((generator) => generator.use);

/** A generated data set as a specification names it, its parameters beside the name. */
export interface GeneratorSpecification {
  use: string;
  [parameter: string]: unknown;
}

/** Every generator, simplest first. */
export function listGenerators(): readonly AnyGenerator[] {
  return generators;
}

/** @throws UserError `generator.unknown`, naming the nearest. */
export function findGenerator(use: string): AnyGenerator {
  const found = generators.find((generator) => generator.use === use);
  if (found !== undefined) return found;
  throw new UserError('generator.unknown', `unknown generator "${use}": ${suggestion(use, names)}`);
}

const [firstOption, ...otherOptions] = generators.map(({ use, title, help, schema }) =>
  strictObject({ use: z.literal(use), ...schema.shape }).meta({ title, description: help }));

/**
 * `{ "use": "spirals", "arms": 3 }`, parsed to every parameter with its default. Misspelt names and fields are errors that
 * name the nearest.
 */
export const generatorSchema = z.discriminatedUnion('use', [firstOption!, ...otherOptions], {
  error: (issue) => {
    if (issue.code !== 'invalid_union') return undefined;
    const use = (issue.input as { use?: unknown } | undefined)?.use;
    return typeof use === 'string'
      ? `unknown generator "${use}": ${suggestion(use, names)}`
      : `a generator needs "use": one of ${names.join(', ')}`;
  },
}) as unknown as z.ZodType<GeneratorSpecification>;

/** A generator as plain data: what a list, a card, a form or a page of documentation needs. */
export interface GeneratorDescription {
  use: string;
  title: string;
  help: string;
  /** JSON Schema of the parameters, `use` not among them. */
  schema: Record<string, unknown>;
}

/** The generators as plain JSON. */
export function describeGenerators(): GeneratorDescription[] {
  return generators.map(({ use, title, help, schema }) => ({ use, title, help, schema: z.toJSONSchema(schema, { io: 'input' }) }));
}

/**
 * Draws a generated data set; parameters left out have their defaults.
 * @throws UserError `generator.unknown`; `generator.parameters` with every field that does not fit.
 */
export async function generate(specification: GeneratorSpecification, options: { signal?: AbortSignal } = {}): Promise<Source> {
  const generator = findGenerator(specification.use);
  const parsed = generatorSchema.safeParse(specification);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => [issue.path.join('.'), issue.message].filter((part) => part !== '').join(': '));
    throw new UserError('generator.parameters', `${generator.use}: ${problems.join('; ')}`, {
      hint: `Its parameters: ${Object.keys(generator.schema.shape).join(', ')}.`,
    });
  }
  const { use: _use, ...parameters } = parsed.data;
  // Parsed by this generator's own schema, which is what it takes.
  return generator.generate(parameters as never, options.signal);
}
