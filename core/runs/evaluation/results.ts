import type { PreparedDataset } from '#core/data';
import type { CompileOptions } from '#core/runtime';
import { Evaluator, weightFeeds, type StateTensor } from '#core/train';
import type { RunParts } from '../compose';
import { partOf, presentParts, problemOf } from '../run-data';
import type { SplitName } from '../specification/schema';

/** Loss and metrics by part; null where a figure is not defined. */
export type PartResults = Record<string, Record<string, number | null>>;

/** An evaluator of a run's network, for as many examples as its largest part has. */
export function createEvaluator(parts: RunParts, data: PreparedDataset, compile: CompileOptions): Promise<Evaluator> {
  const { model, loss, metrics } = parts;
  const most = Math.max(...presentParts(data).map((name) => data[name]?.count ?? 0));
  return Evaluator.create({ model, loss, metrics, problem: problemOf(data), most, compile });
}

/** Stored weights as programs take them. */
export function feedsOf(parts: RunParts, tensors: Readonly<Record<string, StateTensor>>) {
  const pick = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, tensors[name]!.data]));
  return weightFeeds({ parameters: pick(Object.keys(parts.model.parameters)), buffers: pick(Object.keys(parts.model.buffers)) });
}

/** What weights are worth on every part of the data. */
export async function evaluateParts(
  parts: RunParts,
  data: PreparedDataset,
  tensors: Readonly<Record<string, StateTensor>>,
  compile: CompileOptions,
): Promise<PartResults> {
  const evaluator = await createEvaluator(parts, data, compile);
  try {
    const feeds = feedsOf(parts, tensors);
    const results: PartResults = {};
    for (const name of presentParts(data)) {
      const { loss, metrics } = await evaluator.evaluate(feeds, partOf(data, name as SplitName));
      results[name] = { loss: finite(loss), ...Object.fromEntries(Object.entries(metrics).map(([metric, value]) => [metric, finite(value)])) };
    }
    return results;
  } finally {
    await evaluator.dispose();
  }
}

/** What JSON has a number for; null else. */
export const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
