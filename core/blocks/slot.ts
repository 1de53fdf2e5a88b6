import { UserError } from '#core/graph';
import { strictObject, suggestion } from '#core/nn';
import type { Block, BuildContext, Slot } from '#core/nn';
import { z } from 'zod';

/** A block as a specification names it, its parameters beside the name; every default filled in. */
export interface BlockSpecification {
  use: string;
  [parameter: string]: unknown;
}

/** What of a block is common to all of its slot: the type that `build` returns. */
export type BlockOf<Built> = Omit<Block<Slot, Built>, 'build' | 'files'> & {
  build(parameters: never, context: BuildContext): Built;
  files?(parameters: never): readonly string[];
};

/** One slot of the catalogue. */
export interface Catalogue<Built> {
  slot: Slot;
  blocks: readonly BlockOf<Built>[];
  /** Accepts `{ "use": "adam", ... }` or short `"adam"`; gives the long form with every default. */
  schema: z.ZodType<BlockSpecification>;
  /** @throws UserError `block.unknown`, naming the nearest. */
  find(use: string): BlockOf<Built>;
  /** Builds a parsed specification. @throws UserError `block.unfit` where the block does not fit the task or the input. */
  build(specification: BlockSpecification, context: BuildContext): Built;
}

const singular: Record<Slot, string> = {
  architectures: 'architecture', activations: 'activation', initializers: 'initializer', losses: 'loss',
  regularizers: 'regularizer', optimizers: 'optimizer', schedules: 'schedule', augmentations: 'augmentation', metrics: 'metric', measures: 'measure',
};

function schemaOf(slot: Slot, blocks: readonly BlockOf<unknown>[]): z.ZodType<BlockSpecification> {
  const names = blocks.map((block) => block.use);
  const options = blocks.map((block) =>
    strictObject({ use: z.literal(block.use), ...block.parameters.shape }).meta({ title: block.title, description: block.help }));
  const [first, ...rest] = options;
  const union = z.discriminatedUnion('use', [first!, ...rest], {
    error: (issue) => {
      if (issue.code !== 'invalid_union') return undefined;
      const input = issue.input as { use?: unknown } | undefined;
      if (typeof input?.use !== 'string') return `${singular[slot]} needs "use": one of ${names.join(', ')}`;
      return `unknown ${singular[slot]} "${input.use}": ${suggestion(input.use, names)}`;
    },
  }).meta({ slot });
  const short = z.preprocess((value) => (typeof value === 'string' ? { use: value } : value), union);
  return short as unknown as z.ZodType<BlockSpecification>;
}

function checkFit(block: BlockOf<unknown>, fitting: readonly BlockOf<unknown>[], context: BuildContext): void {
  const { task, input } = context;
  const others = fitting.map((other) => other.use).join(', ');
  const hint = others === '' ? undefined : `Fitting ones: ${others}.`;
  if (block.tasks !== undefined && !block.tasks.includes(task)) {
    throw new UserError('block.unfit', `${singular[block.slot]} ${block.use} is for ${block.tasks.join(' and ')}; this run is ${task}`, { hint });
  }
  if (block.inputs !== undefined && !block.inputs.includes(input)) {
    throw new UserError('block.unfit', `${singular[block.slot]} ${block.use} takes ${block.inputs.join(' or ')} input; this data is ${input}`, { hint });
  }
}

const fits = (block: BlockOf<unknown>, { task, input }: BuildContext): boolean =>
  (block.tasks?.includes(task) ?? true) && (block.inputs?.includes(input) ?? true);

/** Makes a slot's catalogue from its blocks. */
export function catalogue<Built>(slot: Slot, blocks: readonly BlockOf<Built>[]): Catalogue<Built> {
  const byName = new Map(blocks.map((block) => [block.use, block]));
  const find = (use: string): BlockOf<Built> => {
    const block = byName.get(use);
    if (block !== undefined) return block;
    throw new UserError('block.unknown', `unknown ${singular[slot]} "${use}": ${suggestion(use, [...byName.keys()])}`);
  };
  return {
    slot,
    blocks,
    schema: schemaOf(slot, blocks),
    find,
    build({ use, ...parameters }, context) {
      const block = find(use);
      checkFit(block, blocks.filter((other) => fits(other, context)), context);
      // The specification was parsed by this block's own schema, which is what `build` takes.
      return block.build(parameters as never, context);
    },
  };
}
