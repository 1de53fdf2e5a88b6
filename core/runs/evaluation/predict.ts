import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { applyTransform, loadSource, type DataSource } from '#core/data';
import { UserError } from '#core/graph';
import { predictionsOf } from '#core/train';
import type { CheckpointName } from '../folder/checkpoints';
import { storageError } from '../folder/storage-error';
import { problemOf } from '../run-data';
import type { OpenRun } from './open-run';
import { createEvaluator, feedsOf } from './results';

export interface PredictionSummary {
  rows: number;
  path: string;
  /** Rows that got no prediction, with the reason. */
  dropped: { what: string; count: number; reason: string }[];
  warnings: string[];
}

/**
 * Predicts every row (or picture) of a file and writes a CSV: `row` (from 1, as a person counts data rows) or `picture`, the
 * prediction, and for classes the probability of each. Of an autoencoder the error of each restored example; of a language model the
 * perplexity of each window.
 *
 * @throws UserError when the file lacks columns that the network was trained on
 */
export async function predictRun(
  run: OpenRun,
  { data: from, out, checkpoint, signal }: { data: DataSource; out: string; checkpoint: CheckpointName; signal?: AbortSignal },
): Promise<PredictionSummary> {
  const { tensors } = run.weights(checkpoint);
  const source = await loadSource(from, signal ? { signal } : {});
  const { x, y, count, rows, report } = await applyTransform(run.data.transform, source, signal ? { signal } : {});
  if (count === 0) throw new UserError('predict.empty', `${source.name} has no row that can be predicted.`);
  const evaluator = await createEvaluator(run.parts, run.data, run.compile);
  try {
    const problem = problemOf(run.data);
    const judged = run.data.task === 'reconstruction' || run.data.task === 'language-model';
    if (judged && y === undefined) throw new UserError('predict.tokens', `${source.name} has no tokens to compare with.`, { hint: 'To let the network write, use `basin generate`.' });
    const { outputs } = await evaluator.outputs(feedsOf(run.parts, tensors), x, count, judged ? y : undefined);
    const nothing = new Float32Array(count * (problem.targets ?? 1));
    const predictions = predictionsOf(problem, run.parts.loss.link, outputs, nothing, count);
    const { classNames = [], target } = run.data;
    const name = (row: number): string => (source.kind === 'images' ? source.sourceName(row) : String(row + 1));
    const first = { images: 'picture', table: 'row', sequences: 'sequence', text: 'window' }[source.kind];
    const head = [first, ...headOf(run, target, classNames)];
    writeCsv(out, head, count, (i) => {
      if (predictions.task === 'reconstruction') return [name(rows[i]!), predictions.squaredError[i]!];
      if (predictions.task === 'language-model') return [name(rows[i]!), Math.exp(predictions.tokenLoss[i]!), predictions.tokenAccuracy[i]!];
      if (predictions.task === 'regression') return [name(rows[i]!), predictions.predicted[i * predictions.targets]!];
      const own = predictions.probabilities.subarray(i * predictions.classes, (i + 1) * predictions.classes);
      return [name(rows[i]!), classNames[own.indexOf(Math.max(...own))] ?? '', ...own];
    });
    return { rows: count, path: out, dropped: report.dropped, warnings: report.warnings.map(({ message }) => message) };
  } finally {
    await evaluator.dispose();
  }
}

/** What a prediction's columns are called. */
function headOf({ data: { task } }: OpenRun, target: string, classNames: readonly string[]): string[] {
  switch (task) {
    case 'reconstruction': return ['mean squared error'];
    case 'language-model': return ['perplexity', 'token accuracy'];
    default: return [target, ...classNames.map((each) => `probability of ${each}`)];
  }
}

/** Writes row by row beside the file, then puts it in place: a failed prediction leaves the old file. */
function writeCsv(path: string, head: readonly string[], count: number, row: (index: number) => readonly (string | number)[]): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const file = openSync(temporary, 'w');
    try {
      let block = `${head.map(csvCell).join(',')}\n`;
      for (let i = 0; i < count; i++) {
        block += `${row(i).map(csvCell).join(',')}\n`;
        if (block.length < 65_536 && i < count - 1) continue;
        writeSync(file, block);
        block = '';
      }
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw storageError(path, error);
  }
}

function csvCell(value: string | number): string {
  if (typeof value === 'number') return String(Math.fround(value) === value ? value : Number(value.toPrecision(9)));
  return /[",\n\r]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
