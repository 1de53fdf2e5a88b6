import type { Slot } from '#core/nn';
import { extname } from 'node:path';
import type { z } from 'zod';
import { findBlock, listBlocks } from './catalogue';
import type { BlockSpecification } from './slot';

/** Parameters of a block that name files. */
export function fileFields(slot: Slot, { use }: BlockSpecification): string[] {
  return fieldsOf(findBlock(slot, use).parameters).map(({ name }) => name);
}

function fieldsOf(parameters: z.ZodObject): { name: string; endings: readonly string[] }[] {
  return Object.entries(parameters.shape).flatMap(([name, field]) => {
    const endings = (field as z.ZodType).meta()?.['file'];
    return Array.isArray(endings) ? [{ name, endings: endings as string[] }] : [];
  });
}

/** Every file that a block reads, the named one first. @throws UserError where it is not there or cannot be read */
export function filesOf(slot: Slot, specification: BlockSpecification): readonly string[] {
  const { use: _, ...parameters } = specification;
  return findBlock(slot, specification.use).files?.(parameters as never) ?? [];
}

/** The block of a slot that is made from files of this kind, as a specification names it: `{ use: 'onnx', file }`. */
export function blockFromFile(slot: Slot, file: string): { use: string; [field: string]: unknown } | undefined {
  const ending = extname(file).slice(1).toLowerCase();
  for (const { use, parameters } of listBlocks(slot)) {
    const field = fieldsOf(parameters).find(({ endings }) => endings.includes(ending));
    if (field !== undefined) return { use, [field.name]: file };
  }
  return undefined;
}
