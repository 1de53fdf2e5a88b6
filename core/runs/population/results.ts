import type { PreparedDataset } from '#core/data';
import type { CompileOptions } from '#core/runtime';
import { PopulationEvaluator, weightFeeds, type StateTensor } from '#core/train';
import { finite, type PartResults } from '../evaluation/results';
import { partOf, presentParts, problemOf } from '../run-data';
import type { PopulationMember } from '../specification/population';
import type { PopulationParts } from './compose';

/** What the weights of a group's members (stacked) are worth on every part of the data. */
export async function evaluateGroup(
  { combinations }: PopulationParts,
  data: PreparedDataset,
  members: readonly PopulationMember[],
  tensors: Readonly<Record<string, StateTensor>>,
  compile: CompileOptions,
): Promise<PartResults[]> {
  const { model } = combinations[0]!;
  const parts = presentParts(data);
  const evaluator = await PopulationEvaluator.create({
    variants: combinations,
    members: members.map(({ seed, combination }) => ({ seed, variant: combination })),
    problem: problemOf(data),
    most: Math.max(...parts.map((name) => data[name]?.count ?? 0)),
    compile,
  });
  try {
    const pick = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, tensors[name]!.data]));
    const feeds = weightFeeds({ parameters: pick(Object.keys(model.parameters)), buffers: pick(Object.keys(model.buffers)) });
    const results = members.map((): PartResults => ({}));
    for (const name of parts) {
      const evaluations = await evaluator.evaluate(feeds, partOf(data, name));
      evaluations.forEach((evaluation, m) => {
        const { loss, metrics } = evaluation!;
        results[m]![name] = { loss: finite(loss), ...Object.fromEntries(Object.entries(metrics).map(([metric, value]) => [metric, finite(value)])) };
      });
    }
    return results;
  } finally {
    await evaluator.dispose();
  }
}
