import { slots } from '#core/nn';
import type { Activation, Architecture, BuildContext, Initializer, InputKind, Paper, Slot, Task } from '#core/nn';
import type { Augmentation, Loss, Metric, Optimizer, Regularizer, Schedule } from '#core/train';
import type { z } from 'zod';
import { activations } from './activations';
import { architectures } from './architectures';
import { augmentations } from './augmentations';
import { initializers } from './initializers';
import { jsonSchema } from './json-schema';
import type { JsonSchema } from './json-schema';
import { losses } from './losses';
import { measures } from './measures';
import type { Measure } from './measures/measure';
import { metrics } from './metrics';
import { optimizers } from './optimizers';
import { regularizers } from './regularizers';
import { schedules } from './schedules';
import type { BlockOf, BlockSpecification, Catalogue } from './slot';

/** What a block of each slot builds. */
export interface BuiltOf {
  architectures: Architecture;
  activations: Activation;
  initializers: Initializer;
  losses: Loss;
  regularizers: Regularizer;
  optimizers: Optimizer;
  schedules: Schedule;
  augmentations: Augmentation;
  metrics: Metric;
  measures: Measure;
}

const catalogues: { [S in Slot]: Catalogue<BuiltOf[S]> } = {
  architectures, activations, initializers, losses, regularizers, optimizers, schedules, augmentations, metrics, measures,
};

/** A block as plain data: what a list, a card, a form or a page of documentation needs. */
export interface BlockDescription {
  slot: Slot;
  use: string;
  title: string;
  help: string;
  paper?: Paper;
  tasks?: readonly Task[];
  inputs?: readonly InputKind[];
  proposedFor?: readonly Task[];
  /** JSON Schema of the parameters, `use` not among them. */
  schema: JsonSchema;
}

/** Every block of a slot, or of all slots, in the order of the catalogue (the usual choice first). */
export function listBlocks(slot?: Slot): BlockOf<unknown>[] {
  return (slot === undefined ? slots : [slot]).flatMap((each) => [...catalogues[each].blocks]);
}

/** @throws UserError `block.unknown`, naming the nearest. */
export function findBlock<S extends Slot>(slot: S, use: string): BlockOf<BuiltOf[S]> {
  return (catalogues[slot] as Catalogue<BuiltOf[S]>).find(use);
}

/** The catalogue as plain JSON. */
export function describeBlocks(): BlockDescription[] {
  return listBlocks().map(({ slot, use, title, help, paper, tasks, inputs, proposedFor, parameters }) => ({
    slot, use, title, help, ...(paper && { paper }), ...(tasks && { tasks }), ...(inputs && { inputs }),
    ...(proposedFor && { proposedFor }), schema: jsonSchema(parameters),
  }));
}

/**
 * The schema of a slot's entry in a specification: `{ "use": "adam", "learningRate": 0.01 }` or short `"adam"`, parsed to the
 * long form with every default. Misspelt names and fields are errors that name the nearest.
 */
export function blockSchema(slot: Slot): z.ZodType<BlockSpecification> {
  return catalogues[slot].schema;
}

/** Builds a parsed specification. @throws UserError where the block does not fit the data, or its own checks fail. */
export function buildBlock<S extends Slot>(slot: S, specification: BlockSpecification, context: BuildContext): BuiltOf[S] {
  return (catalogues[slot] as Catalogue<BuiltOf[S]>).build(specification, context);
}

/** The blocks of a slot that are proposed for a task: its loss, its metrics. Names, in the order of the catalogue. */
export function proposedBlocks(slot: Slot, task: Task): string[] {
  return catalogues[slot].blocks.filter((block) => block.proposedFor?.includes(task)).map((block) => block.use);
}
