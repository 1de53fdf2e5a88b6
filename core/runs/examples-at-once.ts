import { spec, specsOf, trace, type Tensor } from '#core/graph';
import { estimate, longestRun, type DeviceId } from '#core/runtime';
import type { RunParts } from './compose';
import type { OpenRun } from './evaluation/open-run';
import type { BatchNormMode } from './surfaces/batch-norm';

/**
 * What a program costs in passes forward: a gradient three, a Hessian-vector product nine, for the pass and its gradient and the derivative of both.
 */
export const PASSES = { gradient: 3, product: 9 } as const;

/** Floating-point operations of one example's pass forward. */
export function forwardOperations({ model }: Pick<RunParts, 'model'>, exampleShape: readonly number[], device: DeviceId): number {
  const forward = trace(
    ({ parameters, buffers, x }: { parameters: Record<string, Tensor>; buffers: Record<string, Tensor>; x: Tensor }) => model.apply(parameters, buffers, x, { train: false }).output,
    { parameters: specsOf(model.parameters), buffers: specsOf(model.buffers), x: spec([1, ...exampleShape]) },
  );
  return Math.max(1, estimate(forward, device).flops);
}

/** Kernels take this many examples at a time, or divisors of it. */
const TOGETHER = 16;

/** How many examples a run of so many operations holds, of which each takes so many; from 16 on a multiple of 16, which the kernels of the processor like best. */
export function examplesWithin(most: number, perExample: number): number {
  const whole = Math.max(1, Math.floor(most / perExample));
  return whole < TOGETHER ? whole : whole - (whole % TOGETHER);
}

/**
 * How many examples one run of a program may take, since a stop is heard between runs: counted from the network's graph, so that the same request is answered by the same programs
 * everywhere. Nothing is said where each batch has BatchNorm statistics of its own, which smaller batches would change, and on a graphics card, where runs are short, whatever they hold.
 */
export function examplesAtOnce({ parts, data, compile: { device } }: Pick<OpenRun, 'parts' | 'data' | 'compile'>, batchNorm: BatchNormMode, program: keyof typeof PASSES): { mostExamples?: number } {
  const most = longestRun(device);
  if (most === Infinity || batchNorm === 'batch') return {};
  return { mostExamples: examplesWithin(most, PASSES[program] * forwardOperations(parts, data.exampleShape, device)) };
}
