import { tasks } from '#core/data';
import { z } from 'zod';
import { UserError } from '#core/graph';
import { readJson } from '../home';
import { storedPaths, usablePaths } from '../named-files';
import { writeAtomically } from './atomic-write';
import { lockOwner } from './lock';
import { runPaths } from './paths';

export const storedStates = ['created', 'running', 'paused', 'stopped', 'finished', 'failed'] as const;

const errorSchema = z.object({ code: z.string(), message: z.string(), hint: z.string().optional() });
export type RunError = z.infer<typeof errorSchema>;

const scores = z.record(z.string(), z.number().nullable());

/** The newest version of run folders that this program reads and writes. */
const NEWEST = 1;

/**
 * @param path the file in which it stands
 * @throws UserError where a file of a run's folder was written by a newer program, so that what does not fit in it is no damage
 */
export function checkVersion(stored: unknown, path: string): void {
  const { basin: version, versions } = z.object({ basin: z.number(), versions: z.object({ basin: z.string() }).optional().catch(undefined) }).safeParse(stored).data ?? {};
  if (version === undefined || version <= NEWEST) return;
  throw new UserError('run.newer', `${path} was written by a newer version of the program${versions ? ` (Basin ${versions.basin})` : ''}: it has version ${version}, this one reads up to ${NEWEST}.`, {
    hint: 'Open the run with a newer Basin.',
  });
}

/** `run.json`: what the run is, and how far it has come. */
export const runFileSchema = z.object({
  basin: z.literal(NEWEST),
  id: z.string().min(1),
  name: z.string(),
  created: z.string(),
  state: z.enum(storedStates),
  error: errorSchema.optional(),
  /** As given, defaults filled in; paths of data are absolute. */
  specification: z.record(z.string(), z.unknown()),
  task: z.enum(tasks).optional(),
  versions: z.object({ basin: z.string(), node: z.string(), onnxruntime: z.string(), platform: z.string() }),
  dataset: z.object({ fingerprint: z.string(), title: z.string() }).optional(),
  device: z.object({ id: z.string(), name: z.string() }).optional(),
  parameters: z.int().optional(),
  progress: z.object({ step: z.int(), steps: z.int(), epoch: z.number(), epochs: z.int() }).optional(),
  best: z.object({ name: z.string(), value: z.number(), epoch: z.int(), step: z.int() }).optional(),
  /** Loss and metrics of the finished run by part; null where a figure is not defined. */
  results: z.object({ checkpoint: z.enum(['best', 'last']), parts: z.record(z.string(), scores) }).optional(),
  /** Of a population: how many members there are, how many have diverged, and how their figures are spread by part (members.json has each). */
  population: z.object({
    members: z.int(),
    groups: z.int(),
    diverged: z.int(),
    summary: z.record(z.string(), z.record(z.string(), z.object({
      mean: z.number(), deviation: z.number(), least: z.number(), greatest: z.number(), count: z.int(),
    }))).optional(),
  }).optional(),
  /** The run and checkpoint whose weights this one began with; of a member that was taken out, of how many epochs one's weights are kept along its path. */
  parent: z.object({ id: z.string(), name: z.string(), checkpoint: z.union([z.string(), z.int()]), member: z.int().optional(), pathThinning: z.int().min(1).optional() }).optional(),
});
export type RunFile = z.infer<typeof runFileSchema>;

/** A state as it is now: a run that no living process works on is not running, whatever its file says. */
export type RunState = RunFile['state'] | 'interrupted';

/** @throws UserError when the folder is no run, was written by a newer program, or its run.json was damaged */
export function readRunFile(folder: string): RunFile {
  const path = runPaths(folder).run;
  const stored = readJson(path);
  if (stored === undefined) {
    throw new UserError('run.not-a-run', `${folder} is not a run: it has no run.json.`, { hint: '`basin list` shows the runs there are.' });
  }
  checkVersion(stored, path);
  const parsed = runFileSchema.safeParse(stored);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new UserError('run.damaged', `${path} is damaged: ${[issue?.path.join('.'), issue?.message].filter(Boolean).join(': ')}`, {
      hint: 'It was changed after it was written: put it back from a copy of the run\'s folder.',
    });
  }
  return { ...parsed.data, specification: usablePaths(parsed.data.specification, folder) };
}

export function writeRunFile(folder: string, file: RunFile, options: { durable?: boolean } = {}): void {
  writeAtomically(runPaths(folder).run, `${JSON.stringify({ ...file, specification: storedPaths(file.specification, folder) }, null, 2)}\n`, options);
}

/** The state that is shown. */
export function currentState(folder: string, file: RunFile): RunState {
  return file.state === 'running' && !lockOwner(runPaths(folder).lock) ? 'interrupted' : file.state;
}
