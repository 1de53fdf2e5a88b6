import { z } from 'zod';
import { strictObject } from '#core/graph';
import type { WeightsReference } from '#core/landscape';
import type { StateTensor } from '#core/train';
import { openRun, type OpenRun } from '../evaluation/open-run';
import { checkpointPath, readWeights, type StoredWeights } from '../folder/checkpoints';
import { runPaths } from '../folder/paths';
import { resolveRun, type FoundRun } from '../registry';
import { storedSpecification } from '../specification/stored';
import { weightsFingerprint } from '../weights-fingerprint';

export const checkpointSchema = z.union([z.enum(['init', 'last', 'best']), z.int().min(0)]);

/** Weights of this or another run of the same network. */
export const otherWeightsSchema = strictObject({
  run: z.string().describe('id or folder of the run'),
  checkpoint: checkpointSchema.default('last'),
  member: z.int().min(0).optional().describe('of a population'),
});

/** The named tensors as weights. */
export function floatsOf(tensors: Readonly<Record<string, StateTensor>>, names: readonly string[]): Record<string, Float32Array> {
  return Object.fromEntries(names.flatMap((name) => (tensors[name] === undefined ? [] : [[name, tensors[name].data as Float32Array]])));
}

type OtherWeights = z.infer<typeof otherWeightsSchema>;

/** Weights of another run or member, and how a recipe names them. */
export async function otherWeights(run: OpenRun, other: OtherWeights, names: readonly string[]): Promise<{ reference: WeightsReference; parameters: Record<string, Float32Array>; tensors: StoredWeights['tensors'] }> {
  const found = resolveRun(other.run);
  const { file } = found;
  const { checkpoint, member } = other;
  const { tensors } = await storedWeights(run, found, other);
  const moment = typeof checkpoint === 'number' ? `step ${checkpoint}` : checkpoint;
  const name = [file.name, ...(member === undefined ? [] : [`member ${member}`]), ...(checkpoint === 'last' ? [] : [`(${moment})`])].join(' ');
  const parameters = floatsOf(tensors, names);
  const reference = { run: file.id, name, checkpoint: String(checkpoint), fingerprint: weightsFingerprint(Object.keys(parameters), tensors), ...(member !== undefined && { member }) };
  return { reference, parameters, tensors };
}

async function storedWeights(run: OpenRun, { file, folder }: FoundRun, { checkpoint, member }: OtherWeights): Promise<StoredWeights> {
  if (member === undefined && !storedSpecification(file).population) return readWeights(checkpointPath(runPaths(folder), checkpoint));
  // Which row of a checkpoint a member is follows from its specification; the data of this run need not be read twice.
  const opened = await openRun(folder, { ...(member !== undefined && { member }), ...(folder === run.paths.folder && { load: () => Promise.resolve(run.data) }) });
  return opened.weights(checkpoint);
}
