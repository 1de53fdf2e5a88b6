import { z } from 'zod';
import { strictObject } from '#core/graph';
import type { WeightsReference } from '#core/landscape';
import type { StateTensor } from '#core/train';
import { checkFinite } from '../evaluation/sound-weights';
import { weightsSource, type WeightsSource } from '../evaluation/weights-source';
import { readWeights, type StoredWeights } from '../folder/checkpoints';
import { runPaths } from '../folder/paths';
import { pathWeightsFile } from '../paths/files';
import { chooseMember } from '../population/member-choice';
import { checkpointOf } from '../recipes';
import { resolveRun, type FoundRun } from '../registry';
import { storedSpecification } from '../specification/stored';
import { weightsFingerprint } from '../weights-fingerprint';

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

export type OtherWeights = z.infer<typeof otherWeightsSchema>;

/** How a request names weights that a recipe refers to. */
export const asRequested = ({ run, checkpoint, member }: Pick<WeightsReference, 'run' | 'checkpoint' | 'member'>): OtherWeights =>
  ({ run, checkpoint: pointOnPath(checkpoint) ? checkpoint : checkpointOf(checkpoint), ...(member !== undefined && { member }) });

/** Weights of another run or member, and how a recipe names them. */
export interface FoundWeights extends StoredWeights {
  reference: WeightsReference;
  parameters: Record<string, Float32Array>;
}

/** @throws UserError when they are missing, damaged or not finite */
export function otherWeights(other: OtherWeights, names: readonly string[]): FoundWeights {
  const found = resolveRun(other.run);
  const { file } = found;
  const { checkpoint, member } = other;
  const weights = storedWeights(found, other);
  const { tensors } = weights;
  const place = pointOnPath(checkpoint)?.point;
  const moment = place === undefined ? (typeof checkpoint === 'number' ? `step ${checkpoint}` : checkpoint) : place === 'end' ? 'end of a path' : `point ${place} of a path`;
  const name = [file.name, ...(member === undefined ? [] : [`member ${member}`]), ...(checkpoint === 'last' ? [] : [`(${moment})`])].join(' ');
  checkFinite(tensors, names, `"${name}"`);
  const parameters = floatsOf(tensors, names);
  const reference = { run: file.id, name, checkpoint: String(checkpoint), fingerprint: weightsFingerprint(Object.keys(parameters), tensors), ...(member !== undefined && { member }) };
  return { ...weights, reference, parameters };
}

function storedWeights(found: FoundRun, { checkpoint, member }: OtherWeights): StoredWeights {
  const place = pointOnPath(checkpoint);
  return place ? readWeights(pathWeightsFile(found.folder, place.path, place.point)) : otherSource(found, member).read(checkpointSchema.parse(checkpoint));
}

/** The checkpoints of another run, or of a member of a population. @throws UserError where none is chosen */
export function otherSource({ file, folder }: Pick<FoundRun, 'file' | 'folder'>, member: number | undefined): WeightsSource {
  const paths = runPaths(folder);
  return weightsSource(paths, file, member !== undefined || storedSpecification(file).population ? chooseMember(paths, file, member).entry : undefined);
}
