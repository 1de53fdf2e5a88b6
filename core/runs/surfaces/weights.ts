import { z } from 'zod';
import { strictObject } from '#core/graph';
import type { WeightsReference } from '#core/landscape';
import type { StateTensor } from '#core/train';
import { openRun, type OpenRun } from '../evaluation/open-run';
import { checkpointPath, readWeights, type StoredWeights } from '../folder/checkpoints';
import { runPaths } from '../folder/paths';
import { pathWeightsFile } from '../paths/files';
import { resolveRun, type FoundRun } from '../registry';
import { storedSpecification } from '../specification/stored';
import { weightsFingerprint } from '../weights-fingerprint';
import { checkFinite } from './finite-weights';

export const checkpointSchema = z.union([z.enum(['init', 'last', 'best']), z.int().min(0)]);

/** A point of a path: its (aligned) end, or a trained point counted from 1. */
const onPath = /^path:([\w.-]+)\/(end|\d+)$/;

/** The path and the point that a checkpoint's name means; `undefined` for a checkpoint. */
export function pointOnPath(checkpoint: string | number): { path: string; point: 'end' | number } | undefined {
  const [, path, point] = onPath.exec(String(checkpoint)) ?? [];
  return path === undefined || point === undefined ? undefined : { path, point: point === 'end' ? point : Number(point) };
}

/** Weights of this or another run of the same network. */
export const otherWeightsSchema = strictObject({
  run: z.string().describe('id or folder of the run'),
  checkpoint: z.union([checkpointSchema, z.string().regex(onPath, { error: 'a point of a path is path:NAME/end or path:NAME/1' })]).default('last').describe('a checkpoint, or a point of one of the run\'s paths: path:NAME/end, path:NAME/1'),
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
  const place = pointOnPath(checkpoint)?.point;
  const moment = place === undefined ? (typeof checkpoint === 'number' ? `step ${checkpoint}` : checkpoint) : place === 'end' ? 'end of a path' : `point ${place} of a path`;
  const name = [file.name, ...(member === undefined ? [] : [`member ${member}`]), ...(checkpoint === 'last' ? [] : [`(${moment})`])].join(' ');
  checkFinite(tensors, names, `"${name}"`);
  const parameters = floatsOf(tensors, names);
  const reference = { run: file.id, name, checkpoint: String(checkpoint), fingerprint: weightsFingerprint(Object.keys(parameters), tensors), ...(member !== undefined && { member }) };
  return { reference, parameters, tensors };
}

async function storedWeights(run: OpenRun, { file, folder }: FoundRun, { checkpoint: named, member }: OtherWeights): Promise<StoredWeights> {
  const place = pointOnPath(named);
  if (place) return readWeights(pathWeightsFile(folder, place.path, place.point));
  const checkpoint = checkpointSchema.parse(named);
  if (member === undefined && !storedSpecification(file).population) return readWeights(checkpointPath(runPaths(folder), checkpoint));
  // Which row of a checkpoint a member is follows from its specification; the data of this run need not be read twice.
  const opened = await openRun(folder, { ...(member !== undefined && { member }), ...(folder === run.paths.folder && { load: () => Promise.resolve(run.data) }) });
  return opened.weights(checkpoint);
}
