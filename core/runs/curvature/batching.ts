import { spec, specsOf, trace, type Tensor } from '#core/graph';
import { estimate, longestRun, type DeviceId } from '#core/runtime';
import type { RunParts } from '../compose';

/** A Hessian-vector product in passes forward: the pass and its gradient (three), and the derivative of both (six). */
const PASSES = 9;

/** Vectors that are multiplied at once at most. */
const LARGEST_BLOCK = 8;

export interface Batching {
  /** Examples of one batch at most. */
  readonly mostExamples: number;
  /** Vectors multiplied at once. */
  readonly block: number;
}

/**
 * How much of the data, and how many vectors, one run of a product's program may take, counted from the network's graph so that the same
 * request is answered by the same programs everywhere. On a graphics card runs are short, whatever they hold.
 *
 * @param examples how many there are
 */
export function productBatching({ model }: Pick<RunParts, 'model'>, exampleShape: readonly number[], device: DeviceId, examples: number): Batching {
  const most = longestRun(device);
  if (most === Infinity) return { mostExamples: examples, block: LARGEST_BLOCK };
  const forward = trace(
    ({ parameters, buffers, x }: { parameters: Record<string, Tensor>; buffers: Record<string, Tensor>; x: Tensor }) => model.apply(parameters, buffers, x, { train: false }).output,
    { parameters: specsOf(model.parameters), buffers: specsOf(model.buffers), x: spec([1, ...exampleShape]) },
  );
  const perExample = PASSES * Math.max(1, estimate(forward, device).flops);
  const mostExamples = Math.max(1, Math.floor(most / perExample));
  return { mostExamples, block: Math.max(1, Math.min(LARGEST_BLOCK, Math.floor((2 * most) / (perExample * Math.min(mostExamples, examples))))) };
}
