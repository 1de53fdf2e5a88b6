import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { matmul, spec, trace, type Tensor } from '#core/graph';
import { compile, type DeviceId } from '#core/runtime';
import { stepsPerEpoch } from '#core/train';
import { z } from 'zod';
import type { RunParts } from './compose';
import { writeAtomically } from './folder/atomic-write';
import { homeFolder, readJson } from './home';
import type { PopulationParts } from './population/compose';
import { memberBytes, planGroups } from './population/groups';
import { stepCost } from './step-cost';

export interface TrainingEstimate {
  secondsPerEpoch: number;
  seconds: number;
  memoryBytes: number;
  /** `calibrated`: from trainings of this kind of network on this device; `counted`: from the operations and the device's speed. */
  basis: 'calibrated' | 'counted';
}

/** Operations a second that trainings reached, by device and architecture. */
const calibrationSchema = z.record(z.string(), z.number().positive());
const calibrationPath = (): string => join(homeFolder(), 'calibration.json');

function readCalibration(): Record<string, number> {
  const parsed = calibrationSchema.safeParse(readJson(calibrationPath()));
  return parsed.success ? parsed.data : {};
}

const keyOf = (parts: RunParts, device: string): string => `${device}/${parts.specification.model.use}`;

/** Time and memory of a training before it starts. */
export async function estimateTraining(parts: RunParts, options: { device: DeviceId; threads: number }): Promise<TrainingEstimate> {
  const { data, training } = parts;
  const { flops, bytes } = stepCost(parts);
  const known = readCalibration()[keyOf(parts, options.device)];
  const speed = known ?? (await deviceSpeed(options.device));
  const steps = stepsPerEpoch(data.train.count, training.batchSize);
  const secondsPerEpoch = (steps * flops) / speed;
  const dataBytes = [data.train, data.validation].reduce((sum, part) => sum + (part ? part.x.byteLength + part.y.byteLength : 0), 0);
  return {
    secondsPerEpoch,
    seconds: secondsPerEpoch * training.epochs,
    // Parameters, gradients and optimizer state, what the step's operations write, and the data.
    memoryBytes: parts.parameters * 16 + bytes / 2 + dataBytes,
    basis: known === undefined ? 'counted' : 'calibrated',
  };
}

/** Time and memory of a population: its members' steps one after another, its largest group in memory at once. */
export async function estimatePopulation(parts: PopulationParts, options: { device: DeviceId; threads: number }): Promise<TrainingEstimate> {
  const one = await estimateTraining(parts.combinations[0]!, options);
  const members = parts.members.length;
  const largest = Math.max(...planGroups(parts).map((group) => group.length));
  return { ...one, secondsPerEpoch: one.secondsPerEpoch * members, seconds: one.seconds * members, memoryBytes: one.memoryBytes + memberBytes(parts) * largest };
}

/** Remembers how fast a training really was. */
export function calibrate(parts: RunParts, device: string, stepsPerSecond: number): void {
  const { flops } = stepCost(parts);
  const speed = flops * stepsPerSecond;
  if (!Number.isFinite(speed) || speed <= 0) return;
  if (!existsSync(homeFolder())) mkdirSync(homeFolder(), { recursive: true });
  writeAtomically(calibrationPath(), `${JSON.stringify({ ...readCalibration(), [keyOf(parts, device)]: speed }, null, 2)}\n`);
}

const speeds = new Map<DeviceId, Promise<number>>();

/** Operations a second in products of middle-sized matrices, measured once a process; trainings reach about a third of it. */
function deviceSpeed(device: DeviceId): Promise<number> {
  let speed = speeds.get(device);
  if (!speed) {
    speed = measure(device);
    speeds.set(device, speed);
  }
  return speed;
}

async function measure(device: DeviceId): Promise<number> {
  const side = 256;
  const program = await compile(trace((x: Tensor) => matmul(x, x), spec([side, side])), { device });
  try {
    const [name] = program.graph.inputs.map((input) => input.name);
    const x = new Float32Array(side * side).fill(0.5);
    let best = Infinity;
    for (let i = 0; i < 12; i++) {
      const began = performance.now();
      for (const array of Object.values(await program.run({ [name ?? '']: x }))) array.dispose();
      best = Math.min(best, performance.now() - began);
    }
    return ((2 * side ** 3) / (best / 1000)) / 3;
  } finally {
    await program.dispose();
  }
}
