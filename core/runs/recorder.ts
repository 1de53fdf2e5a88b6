import { appendFileSync } from 'node:fs';
import type { CheckpointReason, StepRecord as TrainedStep, TrainerEvent, TrainerState } from '#core/train';
import { trajectorySteps, writeState, writeWeights, type StoredWeights } from './folder/checkpoints';
import { MetricsLog, type EpochRecord, type StepRecord } from './folder/metrics-log';
import type { RunPaths } from './folder/paths';
import { storageError } from './folder/storage-error';

type EpochEvent = Extract<TrainerEvent, { kind: 'epoch' }>;

const now = (): number => Date.now() / 1000;

/** Writes what a training tells into its run's folder, so that it can go on from any moment. */
export class Recorder {
  readonly #paths: RunPaths;
  readonly #stepsPerEpoch: number;
  readonly #keepTrajectory: boolean;
  readonly #metrics: MetricsLog;
  #lastLoss: number | undefined;

  constructor(paths: RunPaths, options: { stepsPerEpoch: number; keepTrajectory: boolean; metricsBytes: number }) {
    this.#paths = paths;
    this.#stepsPerEpoch = options.stepsPerEpoch;
    this.#keepTrajectory = options.keepTrajectory;
    this.#metrics = MetricsLog.open(paths.metrics, options.metricsBytes);
  }

  steps(steps: readonly TrainedStep[]): StepRecord[] {
    const t = now();
    const records = steps.map(({ step, loss, learningRate, gradientNorm }): StepRecord => ({
      kind: 'step', step, epoch: step / this.#stepsPerEpoch, loss, learningRate, gradientNorm, t,
    }));
    this.#metrics.append(records);
    return records;
  }

  epoch({ step, epoch, train, validation }: EpochEvent): EpochRecord {
    const record: EpochRecord = {
      kind: 'epoch',
      step,
      epoch: epoch + 1,
      parts: {
        train: { loss: train.loss, ...train.metrics },
        ...(validation && { validation: { loss: validation.loss, ...validation.metrics } }),
      },
      t: now(),
    };
    this.#metrics.append([record]);
    this.#lastLoss = (validation ?? train).loss;
    return record;
  }

  /** Weights under their roles, then the state: whatever ends the process between them, the older state still fits. */
  checkpoint(reasons: readonly CheckpointReason[], state: TrainerState): void {
    const { step, batch } = state.progress;
    const atEpochEnd = batch === 0 && step > 0;
    const weights: StoredWeights = {
      tensors: { ...state.parameters, ...state.buffers },
      step,
      epoch: step / this.#stepsPerEpoch,
      ...(atEpochEnd && this.#lastLoss !== undefined && { loss: this.#lastLoss }),
    };
    const initial = reasons.includes('initial');
    if (initial) writeWeights(this.#paths.weights('init'), weights);
    if (this.#keepTrajectory && (initial || (reasons.includes('epoch') && !this.#isKept(step)))) {
      writeWeights(this.#paths.trajectoryStep(step), weights);
    }
    if (reasons.includes('best')) writeWeights(this.#paths.weights('best'), weights);
    writeWeights(this.#paths.weights('last'), weights);
    this.state(state);
  }

  /** Only what is needed to go on: between the epochs of a long training. */
  state(state: TrainerState): void {
    this.#metrics.flush();
    writeState(this.#paths, { state, metricsBytes: this.#metrics.length });
  }

  /** A line in the run's diary: when it was started, paused, resumed, and how it ended. */
  note(event: string, details: Record<string, unknown> = {}): void {
    noteInLog(this.#paths, event, details);
  }

  close(): void {
    this.#metrics.close();
  }

  #isKept(step: number): boolean {
    return trajectorySteps(this.#paths).includes(step);
  }
}

export function noteInLog(paths: RunPaths, event: string, details: Record<string, unknown> = {}): void {
  try {
    appendFileSync(paths.log, `${JSON.stringify({ time: new Date().toISOString(), event, ...details })}\n`);
  } catch (error) {
    throw storageError(paths.log, error);
  }
}
