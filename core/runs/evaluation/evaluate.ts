import { applyTransform, cellAt, decodeTokens, loadSource, rgbaPictures, type DataSource, type Source } from '#core/data';
import { UserError } from '#core/graph';
import type { Evaluation as PartEvaluation, Part } from '#core/train';
import type { CheckpointName } from '../folder/checkpoints';
import { partOf } from '../run-data';
import type { SplitName } from '../specification/schema';
import { scoresByClass, type ClassScores } from './class-scores';
import type { OpenRun } from './open-run';
import { createEvaluator, feedsOf } from './results';
import { restoredExamples, type Restored } from './restored';

/** Restored examples that are shown. */
const shownRestored = 24;

type Cell = string | number | boolean | null;

/** One example on which the network is far off. */
export interface WorstExample {
  /** Row of the source. */
  row: number;
  loss: number;
  actual: Cell;
  predicted: Cell;
  confidence?: number;
  /** Its cells, where the source is a table. */
  cells?: { name: string; value: Cell }[];
  /** The picture as red, green, blue, opacity bytes, row by row. */
  image?: { width: number; height: number; channels: number; pixels: Uint8Array };
}

export interface RunEvaluation {
  loss: number;
  metrics: Record<string, number>;
  examples: number;
  /** Rows of a given file that could not be judged: no target, or a class the network does not know. */
  withoutTarget: number;
  classes?: readonly string[];
  /** Row-major `[classes, classes]`, actual classes in rows. */
  confusion?: Int32Array;
  perClass?: ClassScores[];
  residuals?: { predicted: Float32Array; actual: Float32Array };
  worst: WorstExample[];
  /** Reconstruction: some examples beside what the network makes of them. */
  restored?: Restored;
}

interface Judged {
  part: Part & { rows: Int32Array };
  source: () => Promise<Source>;
  withoutTarget: number;
}

/** What a checkpoint is worth on a part of the run's own data, or on every labelled row of another file. */
export async function evaluateRun(
  run: OpenRun,
  { on, checkpoint, worst = 24, signal }: { on: SplitName | DataSource; checkpoint: CheckpointName; worst?: number; signal?: AbortSignal },
): Promise<RunEvaluation> {
  const weights = run.weights(checkpoint);
  const judged = typeof on === 'string' ? own(run, on, signal) : await other(run, on, signal);
  const evaluator = await createEvaluator(run.parts, run.data, run.compile);
  try {
    const evaluation = await evaluator.evaluate(feedsOf(run.parts, weights.tensors), judged.part);
    const { loss, metrics, confusion } = evaluation;
    const { classNames } = run.data;
    return {
      loss,
      metrics,
      examples: judged.part.count,
      withoutTarget: judged.withoutTarget,
      ...(classNames && { classes: classNames }),
      ...(confusion && { confusion, perClass: scoresByClass(confusion, classNames?.length ?? 0) }),
      ...(run.data.task === 'regression' && {
        residuals: { predicted: Float32Array.from(evaluation.predictions.predicted), actual: Float32Array.from(evaluation.predictions.truth) },
      }),
      worst: await worstExamples(run, judged, evaluation, worst),
      ...(run.data.task === 'reconstruction' && { restored: await restoredExamples(run, judged.part, checkpoint, shownRestored) }),
    };
  } finally {
    await evaluator.dispose();
  }
}

const own = (run: OpenRun, split: SplitName, signal: AbortSignal | undefined): Judged => ({
  part: partOf(run.data, split),
  source: () => loadSource(run.parts.specification.data.source, signal ? { signal } : {}),
  withoutTarget: 0,
});

async function other(run: OpenRun, from: DataSource, signal: AbortSignal | undefined): Promise<Judged> {
  const source = await loadSource(from, signal ? { signal } : {});
  const { count, x, y, rows, withoutTarget } = await applyTransform(run.data.transform, source, { onlyLabelled: true, ...(signal && { signal }) });
  if (!y || count === 0) {
    throw new UserError('run.unlabelled', `${source.name} has no row whose "${run.data.target}" the network knows.`, {
      hint: 'To predict without judging, use `basin predict`.',
    });
  }
  return { part: { count, x, y, rows }, source: () => Promise.resolve(source), withoutTarget };
}

async function worstExamples(run: OpenRun, { part, source }: Judged, { losses, predictions }: PartEvaluation, most: number): Promise<WorstExample[]> {
  if (most === 0) return [];
  const order = Int32Array.from({ length: part.count }, (_, i) => i).sort((a, b) => losses[b]! - losses[a]! || a - b).subarray(0, most);
  const from = await source();
  const table = from.kind === 'table' ? from : undefined;
  const pictures = from.kind === 'images' ? await rgbaPictures(from, order.map((i) => part.rows[i]!)) : undefined;
  const { classNames = [] } = run.data;
  return Array.from(order, (i, place) => {
    const row = part.rows[i]!;
    const cells = table?.columns.map((column) => ({ name: column.name, value: cellAt(column, row) }));
    const base = { row, loss: losses[i]!, ...(cells && { cells }), ...(pictures && { image: pictureAt(pictures, place) }) };
    if (predictions.task === 'language-model') {
      const text = windowText(run, part.x, i);
      return { row, loss: losses[i]!, actual: null, predicted: null, cells: [{ name: 'text', value: text }, { name: 'right tokens', value: predictions.tokenAccuracy[i]! }] };
    }
    if (predictions.task === 'reconstruction') return { ...base, actual: null, predicted: null };
    if (predictions.task === 'regression') {
      return { ...base, actual: predictions.truth[i * predictions.targets]!, predicted: predictions.predicted[i * predictions.targets]! };
    }
    const { classes, probabilities, labels } = predictions;
    const own = probabilities.subarray(i * classes, (i + 1) * classes);
    const guess = own.indexOf(Math.max(...own));
    return { ...base, actual: classNames[labels[i]!] ?? labels[i]!, predicted: classNames[guess] ?? guess, confidence: own[guess]! };
  });
}

/** An example's tokens as text. */
function windowText({ data }: OpenRun, x: Float32Array, example: number): string {
  const { transform, exampleShape: [steps = 0] } = data;
  const tokens = x.subarray(example * steps, (example + 1) * steps);
  if (transform.input === 'text') return decodeTokens(transform.vocabulary, tokens);
  const words = transform.input === 'sequence' ? transform.vocabulary ?? [] : [];
  return Array.from(tokens, (token) => words[token] ?? '').join(' ');
}

type Pictures = Awaited<ReturnType<typeof rgbaPictures>>;

function pictureAt({ width, height, channels, pixels }: Pictures, place: number): Pictures {
  const bytes = 4 * width * height;
  return { width, height, channels, pixels: pixels.slice(place * bytes, (place + 1) * bytes) };
}
