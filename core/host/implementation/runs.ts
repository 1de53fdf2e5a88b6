import { UserError } from '#core/graph';
import { setTimeout as pause } from 'node:timers/promises';
import {
  branchRun, createRun, currentState, epochColumns, findRun, findRuns, lockOwner, measureTable, parseSpecification, memberCurves, memberMeasures, readMembers, readRunFile, readRunMetrics, readSettings,
  rememberRun, removeRun, runPaths, stepColumns, type FoundRun,
} from '#core/runs';
import { resolve } from 'node:path';
import type { DatasetDescription, PopulationDetails, RunDetails, RunEvent } from '../contract';
import { api, type EngineEnvironment } from './environment';
import { listCheckpoints, summarizeRun } from './run-summaries';

/** How often a run that another process trains is looked at, in milliseconds. */
const lookInterval = 500;

export function runProcedures({ pool, queue }: EngineEnvironment) {
  const work = () => pool.client('questions');
  const question = (id: string) => ({ folder: findRun(id).folder, threads: readSettings().threads });
  const startRun = async (id: string): Promise<void> => {
    if (queue.live(id)?.state === 'paused') await queue.resume(id);
    else queue.start(findRun(id));
  };

  return {
    runs: api.runs.router({
      list: api.runs.list.handler(() => findRuns().map((run) => summarizeRun(run, queue))),

      create: api.runs.create.handler(async ({ input }) => {
        const specification = parseSpecification(input.specification);
        const { ok, issues } = await work().check({ specification, threads: readSettings().threads });
        const [issue] = issues;
        if (!ok && issue) throw new UserError('spec.invalid', issue.message, issue.hint === undefined ? {} : { hint: issue.hint });
        const { id } = readRunFile(createRun(specification, input.name === undefined ? {} : { name: input.name }));
        if (input.start) await startRun(id);
        return { id };
      }),

      start: api.runs.start.handler(({ input }) => startRun(input.id)),
      pause: api.runs.pause.handler(({ input }) => queue.pause(input.id)),
      resume: api.runs.resume.handler(({ input }) => startRun(input.id)),
      stop: api.runs.stop.handler(({ input }) => queue.stop(input.id)),

      branch: api.runs.branch.handler(async ({ input: { id, checkpoint, changes, name, start } }) => {
        const folder = branchRun(findRun(id).folder, checkpoint ?? 'last', changes, name === undefined ? {} : { name });
        const branch = readRunFile(folder);
        if (start) await startRun(branch.id);
        return { id: branch.id };
      }),

      remove: api.runs.remove.handler(async ({ input }) => {
        const run = findRun(input.id);
        if (queue.live(input.id)) await queue.stop(input.id);
        removeRun(run);
      }),

      open: api.runs.open.handler(({ input }) => {
        const folder = resolve(input.path);
        rememberRun(folder);
        return { id: findRuns().find((run) => run.folder === folder)?.id ?? readRunFile(folder).id };
      }),

      get: api.runs.get.handler(async ({ input }): Promise<RunDetails> => {
        const run = findRun(input.id);
        const { file, folder } = run;
        return {
          summary: summarizeRun(run, queue),
          specification: file.specification,
          dataset: await describeData(file.specification),
          device: file.device?.id ?? String(file.specification['device'] ?? 'auto'),
          parameters: file.parameters ?? 0,
          checkpoints: listCheckpoints(folder),
          ...(file.results && { results: file.results }),
          ...(file.error && file.state === 'failed' && { error: file.error }),
        };
      }),

      population: api.runs.population.handler(({ input }): PopulationDetails | null => {
        const { folder } = findRun(input.id);
        const paths = runPaths(folder);
        const table = readMembers(paths);
        if (!table) return null;
        const { members, watched, better } = table;
        return {
          varied: [...new Set(members.flatMap(({ values }) => Object.keys(values)))],
          watched,
          better,
          members: members.map(({ group: _, place: __, best: ___, ...member }) => member),
          curves: memberCurves(paths, table),
          measures: memberMeasures(paths, table),
        };
      }),

      extract: api.runs.extract.handler(async ({ input: { id, member, name } }) => {
        const folder = await work().extract({ ...question(id), member, name });
        return { id: readRunFile(folder).id };
      }),

      metrics: api.runs.metrics.handler(({ input }) => {
        const { steps, epochs, measures } = readRunMetrics(findRun(input.id).folder);
        return { step: { columns: stepColumns(steps) }, epoch: { columns: epochColumns(epochs) }, measure: measureTable(measures) };
      }),

      watch: api.runs.watch.handler(({ input, signal }) => watch(findRun(input.id), input.fromStep ?? 0, signal)),

      evaluation: api.runs.evaluation.handler(async ({ input, signal }) => {
        const { id, split: on, checkpoint, member } = input;
        const evaluation = await work().evaluation({ ...question(id), on, checkpoint, member }, { ...(signal && { signal }) });
        const { classes, ...rest } = evaluation;
        return { ...rest, ...(classes && { classes: [...classes] }) };
      }),
      boundary: api.runs.boundary.handler(async ({ input: { id, checkpoint, member, resolution } }) => {
        const { classes, ...rest } = await work().boundary({ ...question(id), checkpoint, member, resolution });
        return { ...rest, classes: classes && [...classes] };
      }),
      predict: api.runs.predict.handler(({ input: { id, path, out, checkpoint, member } }) => work().predict({ ...question(id), path, out, checkpoint, member })),
      generate: api.runs.generate.handler(({ input: { id, prompt, length, temperature, topK, seed, checkpoint, member } }) =>
        work().generate({ ...question(id), prompt, length, temperature, topK, seed, checkpoint, member })),
      export: api.runs.export.handler(({ input: { id, format, checkpoint, member } }) => work().export({ ...question(id), format, checkpoint, member })),
      graph: api.runs.graph.handler(({ input: { id, member } }) => work().graph({ ...question(id), member })),
    }),
  };

  /** What the run's data are; null where they cannot be read any more. */
  async function describeData(specification: Record<string, unknown>): Promise<DatasetDescription | null> {
    try {
      return await work().describe({ data: specification['data'] });
    } catch (error) {
      if (error instanceof Error && 'ours' in error && error.ours === false) return null;
      throw error;
    }
  }

  /** Everything so far, then what comes: from this engine's own training, or from the files while another process trains. */
  async function* watch({ id, folder }: FoundRun, fromStep: number, signal: AbortSignal | undefined): AsyncGenerator<RunEvent, void> {
    const paths = runPaths(folder);
    let after = { step: fromStep - 1, epochs: 0, measured: fromStep - 1 };
    const news = function* (): Generator<RunEvent, void> {
      const { steps, epochs, measures } = readRunMetrics(folder);
      const newMeasures = measures.filter(({ step }) => step > after.measured);
      const newSteps = steps.filter(({ step }) => step > after.step);
      const newEpochs = epochs.filter(({ epoch, step }) => epoch > after.epochs && step >= fromStep);
      after = { step: steps.at(-1)?.step ?? after.step, epochs: epochs.at(-1)?.epoch ?? after.epochs, measured: measures.at(-1)?.step ?? after.measured };
      if (newSteps.length > 0) yield { kind: 'steps', columns: stepColumns(newSteps) };
      if (newEpochs.length > 0) yield { kind: 'epochs', columns: epochColumns(newEpochs) };
      if (newMeasures.length > 0) yield { kind: 'measures', table: measureTable(newMeasures) };
    };
    // The live run gathers from here on; what is in the file by now is not told twice.
    const live = queue.live(id);
    const coming = live?.watch(signal, () => after);
    yield* news();
    if (coming) return yield* coming;
    for (let state: string | undefined; ; ) {
      const file = readRunFile(folder);
      const current = currentState(folder, file);
      if (current !== state) yield { kind: 'state', state: current, ...(file.error && current === 'failed' && { error: file.error }) };
      state = current;
      if (!lockOwner(paths.lock) || signal?.aborted) return;
      await pause(lookInterval);
      yield* news();
    }
  }
}
