import { existsSync, statSync } from 'node:fs';
import { currentState, epochColumns, metricsFiles, readMembers, readRunMetrics, runPaths, sourceTitle, summarizeMembers, trajectorySteps, readWeights, type FoundRun } from '#core/runs';
import type { RunQueue } from '../engine/run-queue';
import type { Checkpoint, RunState, RunSummary } from '../contract';

/** A run as lists show it. A run that is at work here says so itself; its file may be a moment behind. */
export function summarizeRun({ id, folder, file }: FoundRun, queue: RunQueue): RunSummary {
  const state: RunState = queue.live(id)?.state ?? currentState(folder, file);
  const { specification, best, progress, parameters, error } = file;
  const source = (specification as { data?: { source?: Parameters<typeof sourceTitle>[0] } }).data?.source;
  const model = (specification as { model?: { use?: string } }).model?.use ?? '';
  const epochs = (specification as { training?: { epochs?: number } }).training?.epochs ?? 0;
  return {
    id,
    name: file.name,
    path: folder,
    state,
    created: Date.parse(file.created),
    task: file.task ?? 'classification',
    title: [source && sourceTitle(source), model].filter(Boolean).join(', '),
    ...(parameters !== undefined && { parameters }),
    epochs: { done: progress?.epoch ?? 0, total: progress?.epochs ?? epochs },
    best: best ? { name: best.name, value: best.value, epoch: best.epoch } : null,
    spark: sparkOf(folder),
    ...(error && state === 'failed' && { error }),
    ...(file.population && { population: { members: file.population.members, diverged: file.population.diverged, ...watchedOf(folder) } }),
  };
}

type Watched = NonNullable<RunSummary['population']>['watched'];
const watchedFigures = new Map<string, { key: string; watched: Watched }>();

/** How the watched figure of a population is spread over its members, read again only when their table has changed. */
function watchedOf(folder: string): { watched?: NonNullable<Watched> } {
  const paths = runPaths(folder);
  if (!existsSync(paths.members)) return {};
  const { size, mtimeMs } = statSync(paths.members);
  const key = `${size} ${mtimeMs}`;
  let known = watchedFigures.get(folder);
  if (known?.key !== key) {
    const table = readMembers(paths);
    const spread = table && summarizeMembers(table.members)[table.watched.part]?.[table.watched.name];
    known = { key, watched: spread && { name: table.watched.name, mean: spread.mean, deviation: spread.deviation } };
    watchedFigures.set(folder, known);
  }
  return known.watched === undefined ? {} : { watched: known.watched };
}

const sparks = new Map<string, { key: string; spark: Float32Array }>();

/** Validation loss by epoch (training loss without a validation part), read again only when the file has grown. */
function sparkOf(folder: string): Float32Array {
  const files = metricsFiles(folder);
  if (files.length === 0) return new Float32Array(0);
  const key = files.map((path) => statSync(path)).map(({ size, mtimeMs }) => `${size} ${mtimeMs}`).join();
  const known = sparks.get(folder);
  if (known?.key === key) return known.spark;
  const columns = epochColumns(readRunMetrics(folder).epochs);
  const spark = Float32Array.from(columns['validation.loss'] ?? columns['train.loss'] ?? []);
  sparks.set(folder, { key, spark });
  return spark;
}

/** Checkpoints there are, with what is known of each. */
export function listCheckpoints(folder: string): Checkpoint[] {
  // The groups of a population take the same steps: the first one's checkpoints stand for all.
  const paths = existsSync(runPaths(folder).members) ? runPaths(runPaths(folder).group(0)) : runPaths(folder);
  const named = (['init', 'last', 'best'] as const).map((name) => ({ name, path: paths.weights(name) }));
  const kept = trajectorySteps(paths).map((name) => ({ name, path: paths.trajectoryStep(name) }));
  return [...named, ...kept].flatMap(({ name, path }) => {
    if (!existsSync(path)) return [];
    const { step, epoch, loss } = readWeights(path);
    return [{ name, step, epoch, ...(loss !== undefined && { loss }) }];
  });
}
