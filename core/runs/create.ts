import { dirname, resolve } from 'node:path';
import type { PreparedDataset } from '#core/data';
import { UserError } from '#core/graph';
import { composeRun, resolveSpecification, type RunParts } from './compose';
import { checkpointPath, type CheckpointName } from './folder/checkpoints';
import { runPaths } from './folder/paths';
import { readRunFile, writeRunFile, type RunFile } from './folder/run-file';
import { giveFirstWeights } from './first-weights';
import { keepFiles, withAbsolutePaths } from './named-files';
import { readJson } from './home';
import { newRunFolder } from './registry';
import { composePopulation } from './population/compose';
import { describeIssues } from './specification/issues';
import { SpecificationMistake } from './specification/mistake';
import { runSpecificationSchema, type RunSpecification } from './specification/schema';
import { versions } from './versions';

/**
 * Reads a specification file. Paths in it are relative to the file.
 *
 * @throws UserError naming file, field, and the nearest field where one is misspelt
 */
export function readSpecification(path: string): RunSpecification {
  const input = readJson(path);
  if (input === undefined) throw new UserError('spec.missing', `${path} does not exist.`, { hint: 'Samples are in assets/specs.' });
  return parseSpecification(input, { what: path, base: dirname(resolve(path)) });
}

/** Checks a specification and fills in its defaults. `base` is the folder that relative paths start from. */
export function parseSpecification(input: unknown, { what = 'The specification', base = process.cwd() } = {}): RunSpecification {
  const parsed = runSpecificationSchema.safeParse(input);
  if (!parsed.success) throw new SpecificationMistake(what, describeIssues(parsed.error, input));
  return withAbsolutePaths(parsed.data, base);
}

export interface CreateOptions {
  /** The run's folder; absent: a new one in the runs folder. */
  out?: string;
  name?: string;
  /** The data set, where it has been read: the specification is then checked against it before a folder is made. */
  data?: PreparedDataset;
}

/** Makes the folder of a new run, not started yet. Returns the folder. */
export function createRun(specification: RunSpecification, { out, name, data }: CreateOptions = {}): string {
  const parts = data && checkedParts(specification, data);
  return writeNewRun({ ...(parts?.specification ?? specification), ...(name && { name }) }, {
    ...(out !== undefined && { out }),
    ...(parts && { parameters: parts.parameters }),
    ...(data && { task: data.task }),
  });
}

/** What a specification needs to be run on these data. @throws UserError naming the field where they do not fit */
function checkedParts(specification: RunSpecification, data: PreparedDataset) {
  if (specification.population === undefined) return composeRun(specification, data);
  const [{ parameters }] = composePopulation(specification, data).combinations as [RunParts];
  return { specification: resolveSpecification(specification, data), parameters };
}

/**
 * Makes a run that begins with the weights of another's checkpoint; `changes` replaces whole fields of its
 * specification.
 */
export function branchRun(
  from: string,
  checkpoint: CheckpointName,
  changes: Record<string, unknown>,
  { out, name }: { out?: string; name?: string } = {},
): string {
  const parent = readRunFile(from);
  if ('population' in parent.specification) {
    throw new UserError('run.population', `Run "${parent.name}" is a population: a branch begins with one network.`, {
      hint: '`basin members RUN --extract NUMBER` makes a run of one member; branch from that.',
    });
  }
  const weights = checkpointPath(runPaths(from), checkpoint);
  const specification = parseSpecification(
    { ...parent.specification, name: name ?? `${parent.name}-branch`, ...changes },
    { what: `The branch of run "${parent.name}"`, base: from },
  );
  const folder = writeNewRun(specification, {
    ...(out !== undefined && { out }),
    parent: { id: parent.id, name: parent.name, checkpoint },
  });
  giveFirstWeights(weights, runPaths(folder));
  return folder;
}

function writeNewRun(
  specification: RunSpecification,
  { out, ...more }: { out?: string } & Partial<Pick<RunFile, 'task' | 'parameters' | 'parent'>>,
): string {
  const folder = newRunFolder(specification.name, out);
  writeRunFile(folder, {
    basin: 1,
    id: crypto.randomUUID(),
    name: specification.name,
    created: new Date().toISOString(),
    state: 'created',
    specification: keepFiles(specification, folder),
    versions: versions(),
    ...more,
  });
  return folder;
}
