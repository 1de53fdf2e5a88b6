import { UserError } from '#core/graph';
import type { Surface, SurfaceRecipe } from '#core/landscape';
import { trajectorySteps } from '../folder/checkpoints';
import { readGroupMetrics, readMetrics } from '../folder/metrics-log';
import { runPaths } from '../folder/paths';
import { readRunFile } from '../folder/run-file';
import { memberSpecification } from '../population/compose';
import { membersOf } from '../population/member-choice';
import { pathThinning } from '../population/path-thinning';
import { resolveRun } from '../registry';
import { storedSpecification } from '../specification/stored';

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
 * What there is to say of checkpoints that trainings wrote before the last one of a path that is drawn, and that were not there to be drawn; empty where none is missing. Of
 * another run that is not here any more nothing can be said.
 *
 * @param folder of the run at the centre
 * @param recipe of the surface, or of any slice of its series
 */
export function pathGaps(folder: string, { run, plane }: Pick<SurfaceRecipe, 'run' | 'plane'>, { others, followed = false }: PathGapsOptions = {}): (drawn: Pick<Surface, 'trajectory' | 'otherTrajectories'>) => string {
  const own = once(() => writtenPath(folder, run.member));
  const references = plane.kind === 'trajectory' ? (plane.with ?? []) : [];
  const beside = references.map(({ run: id, member }, i) => once(() => {
    const found = folderOf(others?.[i]?.run ?? id);
    return found === undefined ? undefined : writtenPath(found, member);
  }));
  return ({ trajectory, otherTrajectories = [] }) => [
    gapsOf(trajectory?.steps, own, 'the run\'s folder', followed),
    ...otherTrajectories.map(({ name, steps }, i) => gapsOf(steps, beside[i], `the folder of "${name}"`)),
  ].filter(Boolean).join(' ');
}

/** The path that a training wrote down. */
interface WrittenPath {
  readonly steps: readonly number[];
  /** Steps whose weights are there now. */
  there(): readonly number[];
}

function gapsOf(drawn: Float64Array | undefined, written: (() => WrittenPath | undefined) | undefined, place: string, thinned = false): string {
  if (drawn === undefined || drawn.length < 2) return '';
  const path = written?.();
  if (path === undefined) return '';
  const known = new Set(drawn);
  const last = drawn.at(-1)!;
  const left = path.steps.filter((step) => step < last && !known.has(step));
  if (left.length === 0) return '';
  const there = new Set(thinned ? path.there() : []);
  const missing = left.filter((step) => !there.has(step));
  if (missing.length === 0) return '';
  const [checkpoints, them] = missing.length === 1 ? [`The checkpoint of ${namedSteps(missing)} is`, 'it'] : [`The checkpoints of ${namedSteps(missing)} are`, 'them'];
  return `${checkpoints} missing from ${place}: the path is drawn without ${them}.`;
}

/** @param member of a population */
function writtenPath(folder: string, member: number | undefined): WrittenPath | undefined {
  const file = readRunFile(folder);
  const specification = storedSpecification(file);
  if (member === undefined) {
    const { keepTrajectory, checkpointEvery } = specification.training;
    if (!keepTrajectory || specification.population) return undefined;
    const paths = runPaths(folder);
    return { steps: [0, ...epochsOf(readMetrics(paths.metrics), checkpointEvery, file.parent?.pathThinning)], there: () => trajectorySteps(paths) };
  }
  const { members, groups } = membersOf(runPaths(folder), file);
  const [first, entry] = [members[0]!, members[member]!];
  const { keepTrajectory, checkpointEvery } = memberSpecification(specification, entry).training;
  if (!keepTrajectory) return undefined;
  const paths = runPaths(runPaths(folder).group(entry.group));
  const thinning = pathThinning(memberSpecification(specification, first).training, groups[entry.group]!.length, file.parameters ?? 0);
  return { steps: [0, ...epochsOf(readGroupMetrics(paths.metrics), checkpointEvery, thinning)], there: () => trajectorySteps(paths) };
}

const epochsOf = (records: readonly { readonly kind: string; readonly epoch: number; readonly step: number }[], checkpointEvery: number, thinning = 1): number[] =>
  records.flatMap(({ kind, epoch, step }) => (kind === 'epoch' && epoch % checkpointEvery === 0 && epoch % thinning === 0 ? [step] : []));

function folderOf(named: string): string | undefined {
  try {
    return resolveRun(named).folder;
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
