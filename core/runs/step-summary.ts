import { exportOnnx, secondsOf, type DeviceId, type MemoryEstimate, type OpCost } from '#core/runtime';
import type { RunParts } from './compose';
import { deviceSpeed } from './device-speeds';
import { stepCost, stepGraph } from './step-cost';

/** A training step, looked at before it runs. */
export interface StepSummary {
  /** Nodes that compute something; of a loop's body once. */
  nodes: number;
  /** Floating-point operations of a step, and bytes that they read and write. */
  flops: number;
  bytes: number;
  memory: Pick<MemoryEstimate, 'inputs' | 'outputs' | 'constants' | 'intermediates' | 'total'>;
  /** Seconds that a step should take on the device. */
  seconds: number;
  /** By op, the most time first; `seconds` as estimated. */
  ops: (OpCost & { seconds: number })[];
}

/** Counts a run's training step. */
export async function summarizeStep(parts: RunParts, options: { device: DeviceId; threads: number }): Promise<StepSummary> {
  const counted = stepCost(parts, options.device);
  const speed = await deviceSpeed(options.device, options.threads);
  const { inputs, outputs, constants, intermediates, total } = counted.memory;
  return {
    nodes: counted.nodes.length,
    flops: counted.flops,
    bytes: counted.bytes,
    memory: { inputs, outputs, constants, intermediates, total },
    seconds: secondsOf(counted, speed),
    ops: counted.ops
      .map((cost) => ({ ...cost, seconds: secondsOf({ nodes: counted.nodes.filter(({ node }) => node.op === cost.op) }, speed) }))
      .sort((a, b) => b.seconds - a.seconds),
  };
}

/** The training step as an ONNX file of standard operators, to look at in Netron. */
export const stepOnnx = (parts: RunParts, name: string): Uint8Array => exportOnnx(stepGraph(parts), { name });
