import { UserError } from '#core/graph';
import type { Surface, SurfaceRecipe } from '#core/landscape';
import { trajectorySteps } from '../folder/checkpoints';
import { readGroupMetrics, readMetrics } from '../folder/metrics-log';
import { runPaths } from '../folder/paths';
import { readRunFile } from '../folder/run-file';
import { memberSpecification } from '../population/compose';
import { membersOf } from '../population/member-choice';
import { pathThinning } from '../population/path-thinning';
import { resolveRun, type FoundRun } from '../registry';
import { storedSpecification } from '../specification/stored';
import { checkpointSchema, otherSource } from './weights';

/** Steps that are named; of more their number is told. */
const NAMED = 8;

/** Steps in words: `step 8`, `steps 8, 16`, `steps 8, ... and 3 more`. */
export const namedSteps = (steps: readonly number[]): string =>
  `${steps.length === 1 ? 'step' : 'steps'} ${steps.slice(0, NAMED).join(', ')}${steps.length > NAMED ? ` and ${steps.length - NAMED} more` : ''}`;

export interface PathGapsOptions {
  /** The other runs of the plane as they were asked for, where the recipe's ids may not find them: folders elsewhere. */
  readonly others?: readonly { readonly run: string }[];
  /** The slices of a training that was followed are drawn with some of its checkpoints: only those that are not there count. */
  readonly followed?: boolean;
}

/**
 * What there is to say of checkpoints that trainings wrote up to the end of a path that is drawn, and that were not there to be drawn; empty where none is missing. Of
 * another run that is not here any more nothing can be said.
 *
 * @param folder of the run at the centre
 * @param recipe of the surface, or of any slice of its series
 */
export function pathGaps(folder: string, { run, plane }: Pick<SurfaceRecipe, 'run' | 'plane'>, { others, followed = false }: PathGapsOptions = {}): (drawn: Pick<Surface, 'trajectory' | 'otherTrajectories'>) => string {
  const own = once(() => writtenPath(folder, run));
  const references = plane.kind === 'trajectory' ? (plane.with ?? []) : [];
  const beside = references.map((reference, i) => once(() => {
    const found = folderOf(others?.[i]?.run ?? reference.run);
    return found === undefined ? undefined : writtenPath(found, reference);
  }));
  return ({ trajectory, otherTrajectories = [] }) => [
    gapsOf(trajectory?.steps, own, 'the run\'s folder', { thinned: followed, whole: endsAtCentre(trajectory) }),
    ...otherTrajectories.map(({ name, steps }, i) => gapsOf(steps, beside[i], `the folder of "${name}"`)),
  ].filter(Boolean).join(' ');
}

/** Whether the last checkpoint that is drawn holds the very weights at the centre. */
function endsAtCentre(trajectory: Surface['trajectory']): boolean {
  if (trajectory === undefined || trajectory.steps.length === 0) return false;
  const axes = trajectory.points.length / trajectory.steps.length;
  return [...trajectory.points.subarray(-axes), trajectory.residual.at(-1)!].every((distance) => distance === 0);
}

/** The path that a training wrote down. */
interface WrittenPath {
  readonly steps: readonly number[];
  /** Steps whose weights are there now. */
  there(): readonly number[];
  /** Step of the checkpoint that the path leads to; `undefined` where it is not there any more. */
  end(): number | undefined;
}

/**
 * @param thinned some of the checkpoints are left out on purpose, wherever they are there
 * @param whole the path is drawn to its end: what was written later is no part of it
 */
function gapsOf(drawn: Float64Array | undefined, written: (() => WrittenPath | undefined) | undefined, place: string, { thinned = false, whole = false } = {}): string {
  if (drawn === undefined || drawn.length < 2) return '';
  const path = written?.();
  if (path === undefined) return '';
  const known = new Set(drawn);
  const last = drawn.at(-1)!;
  const left = path.steps.filter((step) => !known.has(step) && !(whole && step > last));
  if (left.length === 0) return '';
  const later = left.some((step) => step > last);
  // Which checkpoint it leads to is read before those that are there: one that is being written meanwhile is not missed.
  const end = later ? (path.end() ?? last) : last;
  const there = new Set(thinned || later ? path.there() : []);
  const missing = left.filter((step) => (step < last ? !(thinned && there.has(step)) : step <= end && !there.has(step)));
  if (missing.length === 0) return '';
  const [checkpoints, them] = missing.length === 1 ? [`The checkpoint of ${namedSteps(missing)} is`, 'it'] : [`The checkpoints of ${namedSteps(missing)} are`, 'them'];
  return `${checkpoints} missing from ${place}: the path is drawn without ${them}.`;
}

/** @param reference which checkpoint the path leads to, and of which member of a population */
function writtenPath(folder: string, { member, checkpoint }: Pick<SurfaceRecipe['run'], 'member' | 'checkpoint'>): WrittenPath | undefined {
  const file = readRunFile(folder);
  const specification = storedSpecification(file);
  const end = (): number | undefined => stepOf({ folder, file }, member, checkpoint);
  if (member === undefined) {
    const { keepTrajectory, checkpointEvery } = specification.training;
    if (!keepTrajectory || specification.population) return undefined;
    const paths = runPaths(folder);
    return { steps: [0, ...keptOf(readMetrics(paths.metrics), file.state === 'finished', checkpointEvery, file.parent?.pathThinning)], there: () => trajectorySteps(paths), end };
  }
  const { members, groups } = membersOf(runPaths(folder), file);
  const [first, entry] = [members[0]!, members[member]!];
  const { keepTrajectory, checkpointEvery } = memberSpecification(specification, entry).training;
  if (!keepTrajectory) return undefined;
  const paths = runPaths(runPaths(folder).group(entry.group));
  const thinning = pathThinning(memberSpecification(specification, first).training, groups[entry.group]!.length, file.parameters ?? 0);
  return { steps: [0, ...keptOf(readGroupMetrics(paths.metrics), file.state === 'finished', checkpointEvery, thinning)], there: () => trajectorySteps(paths), end };
}

/** Step of a checkpoint; `undefined` of one that cannot be read: what its path lacks is then not known. */
function stepOf(found: Pick<FoundRun, 'file' | 'folder'>, member: number | undefined, checkpoint = 'last'): number | undefined {
  if (/^\d+$/.test(checkpoint)) return Number(checkpoint);
  return orUndefined(() => otherSource(found, member).read(checkpointSchema.parse(checkpoint)).step);
}

/** Steps of the epochs whose weights a training keeps; of a finished one the last epoch's, too. */
function keptOf(records: readonly { readonly kind: string; readonly epoch: number; readonly step: number }[], finished: boolean, checkpointEvery: number, thinning = 1): number[] {
  const epochs = records.filter(({ kind }) => kind === 'epoch');
  return epochs.flatMap(({ epoch, step }, i) => ((epoch % checkpointEvery === 0 && epoch % thinning === 0) || (finished && i === epochs.length - 1) ? [step] : []));
}

const folderOf = (named: string): string | undefined => orUndefined(() => resolveRun(named).folder);

/** What is found; nothing where it is missing. */
function orUndefined<T>(find: () => T): T | undefined {
  try {
    return find();
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/** Metrics of a long training take a while to read: only where they are needed, and once for all slices. */
function once<T>(find: () => T): () => T {
  let found: { readonly value: T } | undefined;
  return () => (found ??= { value: find() }).value;
}
