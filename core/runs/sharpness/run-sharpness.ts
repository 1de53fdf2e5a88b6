import { chooseMeasures, computeMeasures, exampleCount, measureNow, measurePasses, type MeasureProblem, type MeasureResult, timeEvaluation } from '#core/curvature';
import type { OpenRun } from '../evaluation/open-run';
import { soundWeights } from '../evaluation/sound-weights';
import { examplesAtOnce } from '../examples-at-once';
import { presentParts, subsetOf } from '../run-data';
import { settled } from '../settled';
import type { SplitName } from '../specification/schema';
import { measureProblem } from './problem';
import type { MeasuresRequest } from './request';
import { type MeasuresFile, measuresName, readMeasures, revisionOf, saveMeasures, type StoredMeasure } from './store';

export type MeasuresHead = Omit<MeasuresFile, 'results'>;

/** What is told while it is measured. */
export type MeasuresEvent =
  /** What is measured, with the results that are known from before. */
  | { readonly kind: 'start'; readonly file: MeasuresFile; readonly all: number }
  | { readonly kind: 'progress'; readonly id: string; readonly text: string; readonly done: number; readonly all: number; readonly remainingSeconds?: number }
  | { readonly kind: 'result'; readonly result: StoredMeasure };

export interface RunMeasuresOptions {
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: MeasuresEvent) => void;
}

/** How long measures will take, and of what. */
export interface MeasuresEstimate {
  readonly measures: number;
  readonly examples: number;
  /** Evaluations of all examples that the work amounts to. */
  readonly passes: number;
  readonly seconds: number;
}

/** Seconds that programs take to be compiled; there are a handful. */
const compilation = 3;

function problemOf(run: OpenRun, request: MeasuresRequest, split: SplitName = request.split): { problem: MeasureProblem; step: number } {
  const { step, tensors } = soundWeights(run, request.checkpoint);
  const subset = request.subset === null ? null : { count: request.subset, seed: request.seed };
  return { step, problem: measureProblem(run, tensors, { split, subset, batchNorm: 'evaluation', ...examplesAtOnce(run, 'evaluation', 'product') }) };
}

/** Measures the time of one batch, and counts. @throws UserError as `computeRunMeasures` does */
export async function estimateRunMeasures(run: OpenRun, request: MeasuresRequest): Promise<MeasuresEstimate> {
  const chosen = chooseMeasures(request.measures);
  const { problem } = problemOf(run, request);
  const passes = measurePasses(chosen, request.settings);
  return { measures: chosen.length, examples: exampleCount(problem), passes, seconds: compilation + passes * (await timeEvaluation(problem, run.compile)) };
}

/**
 * Takes measures of a run at a checkpoint, and keeps each in the run's folder as it is found. What was measured before of the same
 * weights on the same examples stays beside it.
 *
 * @throws UserError when checkpoint, split or measures are not there
 */
export async function computeRunMeasures(opened: OpenRun, asked: MeasuresRequest, { signal, onEvent }: RunMeasuresOptions = {}): Promise<MeasuresFile> {
  const { run, request } = settled(opened, asked);
  const chosen = chooseMeasures(request.measures);
  const { problem, step } = problemOf(run, request);
  const name = measuresName(request, step, run.member, run.compile.device);
  const known = readMeasures(run.paths, name);
  const { measures: _, ...of } = request;
  let file: MeasuresFile = {
    version: 1,
    name,
    created: new Date().toISOString(),
    run: { id: run.file.id, name: run.file.name, checkpoint: String(request.checkpoint), step, ...(run.member !== undefined && { member: run.member }) },
    request: of,
    examples: exampleCount(problem),
    device: run.compile.device,
    gap: known?.gap ?? (await gapOf(run, request, signal)),
    results: known?.results ?? [],
  };
  onEvent?.({ kind: 'start', file, all: chosen.length });
  const passes = chosen.map((_each, i) => measurePasses(chosen.slice(0, i), request.settings));
  const whole = measurePasses(chosen, request.settings);
  const start = performance.now();
  await computeMeasures(problem, chosen, {
    ...run.compile,
    settings: request.settings,
    seed: request.seed,
    ...(signal && { signal }),
    onProgress: ({ id, text, done, all }) => {
      const share = (passes[done] ?? 0) / whole;
      const elapsed = (performance.now() - start) / 1000;
      onEvent?.({ kind: 'progress', id, text, done, all, ...(share > 0.02 && { remainingSeconds: (elapsed / share) * (1 - share) }) });
    },
    onResult: (found) => {
      const result = stored(found);
      file = { ...file, results: [...file.results.filter(({ id }) => id !== result.id), result] };
      saveMeasures(run.paths, file);
      onEvent?.({ kind: 'result', result });
    },
  });
  return file;
}

/** A result as a file holds it: an end of an interval that is not finite has no number there. */
function stored({ interval, ...result }: MeasureResult & { interval?: readonly [number, number] }): StoredMeasure {
  const finite = (end: number): number | null => (Number.isFinite(end) ? end : null);
  return { ...result, revision: revisionOf(result.id)!, ...(interval && { interval: [finite(interval[0]), finite(interval[1])] as [number | null, number | null] }) } as StoredMeasure;
}

/** Loss and error on the training part and on the test part, or else the validation part. */
async function gapOf(run: OpenRun, request: MeasuresRequest, signal: AbortSignal | undefined): Promise<MeasuresFile['gap']> {
  const parts = presentParts(run.data);
  const heldOut = (['test', 'validation'] as const).find((split) => parts.includes(split));
  if (heldOut === undefined) return null;
  const judge = async (split: SplitName) => {
    // A part that has fewer examples than are asked for is taken whole.
    const subset = subsetOf(run.data[split]!, request.subset, request.seed)?.count ?? null;
    const { loss, error } = await measureNow(problemOf(run, { ...request, subset }, split).problem, ['loss', 'error'], { ...run.compile, ...(signal && { signal }) });
    return loss?.unavailable === undefined && loss ? { split, loss: loss.value, error: error && error.unavailable === undefined ? error.value : null } : null;
  };
  const [train, held] = [await judge('train'), await judge(heldOut)];
  return train && held && { train, heldOut: held };
}
