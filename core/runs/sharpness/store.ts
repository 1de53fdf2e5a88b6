import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { z } from 'zod';
import { measures } from '#core/curvature';
import { suggestion, UserError } from '#core/graph';
import { writeAtomically } from '../folder/atomic-write';
import type { RunPaths } from '../folder/paths';
import { measuresRequestSchema, type MeasuresRequest } from './request';

const resultSchema = z.object({
  id: z.string(),
  seconds: z.number(),
  unavailable: z.string().optional(),
  value: z.number().optional(),
  kind: z.enum(['exact', 'examples', 'estimate', 'search', 'ascent']).optional(),
  /** An end that is not finite is `null`: nothing bounds the value there. */
  interval: z.tuple([z.number().nullable(), z.number().nullable()]).optional(),
  note: z.string().optional(),
  /** Of the measure's formula. */
  revision: z.int().min(1).default(1),
});
export type StoredMeasure = z.infer<typeof resultSchema>;

const partSchema = z.object({ split: z.string(), loss: z.number(), error: z.number().nullable() });

/** `measures/NAME.json` of a run's folder: what was measured of one set of weights on one set of examples. */
export const measuresFileSchema = z.object({
  version: z.literal(1),
  name: z.string(),
  created: z.string(),
  run: z.object({ id: z.string(), name: z.string(), checkpoint: z.string(), step: z.int(), member: z.int().optional() }),
  request: measuresRequestSchema.omit({ measures: true }),
  examples: z.int(),
  device: z.string(),
  /** Loss and error on the training part and on one the network was not trained on. */
  gap: z.object({ train: partSchema, heldOut: partSchema }).nullable(),
  results: z.array(resultSchema),
});
export type MeasuresFile = z.infer<typeof measuresFileSchema>;

/** The name of what is measured: the same for the same weights, examples and settings, whichever measures are asked for. */
export function measuresName({ measures: _, ...request }: MeasuresRequest, step: number, member: number | undefined, device: string): string {
  const hash = createHash('sha256').update(JSON.stringify([request, step, member, device])).digest('hex').slice(0, 8);
  return `${request.split}-${request.checkpoint}-${hash}`;
}

/** Keeps what was measured. @throws UserError when it cannot be written */
export function saveMeasures(paths: RunPaths, file: MeasuresFile): void {
  mkdirSync(paths.measures, { recursive: true });
  writeAtomically(paths.measured(file.name), `${JSON.stringify(file, null, 1)}\n`);
}

/** What was measured under this name; nothing where there is none, or the file is not readable as such. */
export function readMeasures(paths: RunPaths, name: string): MeasuresFile | undefined {
  const path = paths.measured(name);
  if (!existsSync(path)) return undefined;
  return parse(readFileSync(path, 'utf8'));
}

/** All that was measured of a run, the newest first. */
export function listMeasures(paths: RunPaths): MeasuresFile[] {
  if (!existsSync(paths.measures)) return [];
  return readdirSync(paths.measures)
    .filter((file) => file.endsWith('.json'))
    .flatMap((file) => readMeasures(paths, file.slice(0, -'.json'.length)) ?? [])
    .sort((a, b) => b.created.localeCompare(a.created));
}

/** What was measured under this name. @throws UserError when nothing was */
export function openMeasures(paths: RunPaths, name: string): MeasuresFile {
  const all = listMeasures(paths);
  const found = all.find((each) => each.name === name);
  if (found) return found;
  throw new UserError('measures.gone', `The run keeps no measures called "${name}"${all.length > 0 ? `: ${suggestion(name, all.map((each) => each.name))}` : '.'}`, {
    hint: all.length > 0 ? 'Look at what there is, or measure it again.' : 'Nothing was measured of it yet.',
  });
}

/** Deletes what was measured under this name. @throws UserError when nothing was */
export function removeMeasures(paths: RunPaths, name: string): void {
  rmSync(paths.measured(openMeasures(paths, name).name), { force: true });
}

/** The revision of a measure's formula; `undefined` where there is none of this name. */
export const revisionOf = (id: string): number | undefined => {
  const measure = measures.find((each) => each.id === id);
  return measure && (measure.revision ?? 1);
};

/** A damaged or foreign file is as if it were not there, and so is what another formula gave: all of it can be measured again. */
function parse(text: string): MeasuresFile | undefined {
  try {
    const file = measuresFileSchema.safeParse(JSON.parse(text)).data;
    return file && { ...file, results: file.results.filter(({ id, revision }) => revision === (revisionOf(id) ?? revision)) };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
