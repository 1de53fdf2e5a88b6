import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DeviceId } from '#core/runtime';
import { stepsPerEpoch } from '#core/train';
import { z } from 'zod';
import type { RunParts } from './compose';
import { writeAtomically } from './folder/atomic-write';
import { homeFolder, readJson } from './home';
import { timesTaken } from './measures/plan';
import type { PopulationParts } from './population/compose';
import { memberBytes, planGroups } from './population/groups';
import { stepCost } from './step-cost';
import { summarizeStep, type StepSummary } from './step-summary';

export interface TrainingEstimate {
  secondsPerEpoch: number;
  seconds: number;
  memoryBytes: number;
  /** `calibrated`: from trainings of this kind of network on this device; `counted`: from each operation and the device's measured speed. */
  basis: 'calibrated' | 'counted';
  /** One step of one network. */
  step: StepSummary;
}

/** Operations a second that trainings reached, by device and architecture. */
const calibrationSchema = z.record(z.string(), z.number().positive());
const calibrationPath = (): string => join(homeFolder(), 'calibration.json');

function readCalibration(): Record<string, number> {
  const parsed = calibrationSchema.safeParse(readJson(calibrationPath()));
  return parsed.success ? parsed.data : {};
}

/** Many networks in one program reach far more operations a second than one small network: they are remembered apart. */
type Scale = 'one' | 'population';
const keyOf = (parts: RunParts, device: string, scale: Scale): string => `${device}/${scale === 'one' ? '' : `${scale}/`}${parts.specification.model.use}`;

/** Seconds that a training's measures take, spread over its epochs: each pass over an example at the price that it has in a step. */
function measuringPerEpoch({ measures, data, training }: RunParts, secondsPerStep: number): number {
  const totalSteps = stepsPerEpoch(data.train.count, training.batchSize) * training.epochs;
  const passed = measures.reduce((sum, planned) => {
    const { examples, passes } = planned.measure;
    const there = examples ? data[examples.split]?.count ?? 0 : 0;
    return sum + timesTaken(planned, totalSteps) * passes * Math.min(there, examples?.subset ?? Infinity);
  }, 0);
  return training.epochs === 0 ? 0 : (passed * secondsPerStep) / training.batchSize / training.epochs;
}

/** Time and memory of a training before it starts. */
export async function estimateTraining(parts: RunParts, options: { device: DeviceId; threads: number }): Promise<TrainingEstimate> {
  const { data, training } = parts;
  const step = await summarizeStep(parts, options);
  const known = readCalibration()[keyOf(parts, options.device, 'one')];
  const seconds = known === undefined ? step.seconds : step.flops / known;
  const steps = stepsPerEpoch(data.train.count, training.batchSize);
  const secondsPerEpoch = steps * seconds + measuringPerEpoch(parts, seconds);
  return {
    secondsPerEpoch,
    seconds: secondsPerEpoch * training.epochs,
    memoryBytes: step.memory.total + (data.validation ? data.validation.x.byteLength + data.validation.y.byteLength : 0),
    basis: known === undefined ? 'counted' : 'calibrated',
    step,
  };
}

/**
 * Time and memory of a population: the steps of all its members at the speed that populations of this kind reached here, or
 * as if one came after the other; its largest group in memory at once.
 */
export async function estimatePopulation(parts: PopulationParts, options: { device: DeviceId; threads: number }): Promise<TrainingEstimate> {
  const [first] = parts.combinations as [RunParts];
  const one = await estimateTraining(first, options);
  const members = parts.members.length;
  const known = readCalibration()[keyOf(first, options.device, 'population')];
  const perEpoch = members * (known === undefined
    ? one.secondsPerEpoch
    : (stepsPerEpoch(first.data.train.count, first.training.batchSize) * one.step.flops) / known + measuringPerEpoch(first, one.step.seconds));
  const largest = Math.max(...planGroups(parts).map((group) => group.length));
  return {
    ...one,
    basis: known === undefined ? 'counted' : 'calibrated',
    secondsPerEpoch: perEpoch,
    seconds: perEpoch * first.training.epochs,
    memoryBytes: one.memoryBytes + memberBytes(parts) * largest,
  };
}

/** Remembers how fast a training really was; of a population, the steps of all members count. */
export function calibrate(parts: RunParts, device: DeviceId, stepsPerSecond: number, scale: Scale = 'one'): void {
  const { flops } = stepCost(parts, device);
  const speed = flops * stepsPerSecond;
  if (!Number.isFinite(speed) || speed <= 0) return;
  if (!existsSync(homeFolder())) mkdirSync(homeFolder(), { recursive: true });
  writeAtomically(calibrationPath(), `${JSON.stringify({ ...readCalibration(), [keyOf(parts, device, scale)]: speed }, null, 2)}\n`);
}
