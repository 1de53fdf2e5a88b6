import { spec } from '#core/graph';
import { estimate } from '#core/runtime';
import { traceStep } from '#core/train';
import type { RunParts } from './compose';

/** What one training step costs, counted from its graph. */
export function stepCost(parts: RunParts) {
  const { data, training } = parts;
  const { graph } = traceStep({ ...parts, gradientClip: training.gradientClip }, {
    examples: data.train.count,
    batch: training.batchSize,
    exampleShape: data.exampleShape,
    target: data.task === 'classification' ? spec([data.train.count], 'int32') : spec([data.train.count, data.targets ?? 1]),
  });
  return estimate(graph);
}
