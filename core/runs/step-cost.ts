import type { Graph } from '#core/graph';
import { estimate, type DeviceId, type Estimate } from '#core/runtime';
import { stepShapes, traceStep } from '#core/train';
import type { RunParts } from './compose';
import type { PopulationParts } from './population/compose';

/** The graph of a run's training step. */
export function stepGraph(parts: RunParts): Graph {
  const { data, training } = parts;
  return traceStep({ ...parts, gradientClip: training.gradientClip }, stepShapes(data, training.batchSize, data.train.count)).graph;
}

/** What one training step costs, counted from its graph. */
export const stepCost = (parts: RunParts, device: DeviceId = 'cpu'): Estimate => estimate(stepGraph(parts), device);

/** Operations of one step of all members, which run as one program. */
export const populationFlops = (parts: PopulationParts): number => stepCost(parts.combinations[0]!).flops * parts.members.length;
