import { oc } from '@orpc/contract';
import { z } from 'zod';

export const paper = z.object({
  title: z.string(),
  authors: z.string(),
  year: z.int(),
  venue: z.string().optional(),
  /** A DOI (`10.1000/xyz`) or an arXiv identifier (`arXiv:1412.6980`). */
  id: z.string().optional(),
  url: z.string().optional(),
});
export type Paper = z.infer<typeof paper>;

/** An entry of the catalogue as forms, lists and help need it. */
export const blockDescription = z.object({
  slot: z.string(),
  use: z.string(),
  title: z.string(),
  help: z.string(),
  paper: paper.optional(),
  tasks: z.array(z.string()).optional(),
  inputs: z.array(z.string()).optional(),
  proposedFor: z.array(z.string()).optional(),
  /** JSON Schema of the parameters: ranges, units, defaults and a line of help each. */
  schema: z.record(z.string(), z.unknown()),
});
export type BlockDescription = z.infer<typeof blockDescription>;

export const blocksContract = {
  list: oc.output(z.array(blockDescription)),
};

export const generatorsContract = {
  list: oc.output(z.array(blockDescription)),
};
