import { appendFileSync } from 'node:fs';
import type { CheckpointReason, StepRecord as TrainedStep, TrainerEvent, TrainerState } from '#core/train';
import { writeState, writeWeights, type StoredWeights } from './folder/checkpoints';
import { MetricsLog, type EpochRecord, type StepRecord } from './folder/metrics-log';
import type { RunPaths } from './folder/paths';
import { storageError } from './folder/storage-error';

type EpochEvent = Extract<TrainerEvent, { kind: 'epoch' }>;

/** Milliseconds between two states on the disk, at least: waiting for the disk must not hold up short epochs. */
const flushInterval = 1000;

const now = (): number => Date.now() / 1000;

/** Writes what a training tells into its run's folder, so that it can go on from any moment. */
export class Recorder {
  readonly #paths: RunPaths;
  readonly #stepsPerEpoch: number;
  readonly #keepTrajectory: boolean;
  readonly #metrics: MetricsLog;
  #lastLoss: number | undefined;
  /** Best weights that are not on the disk yet. */
  #best: StoredWeights | undefined;
  #flushed = -Infinity;

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

  /**
   * Keeps what a checkpoint is for. Where epochs are shorter than `flushInterval`, newest weights, best weights and state wait
   * for it: a killed training goes on from the state before and comes to the same ones again.
   */
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
    const due = initial || reasons.includes('pause') || reasons.includes('end') || this.due;
    if (initial) writeWeights(this.#paths.weights('init'), weights);
    if (this.#keepTrajectory && (initial || reasons.includes('epoch'))) {
      writeWeights(this.#paths.trajectoryStep(step), weights, { durable: due });
    }
    if (reasons.includes('best')) this.#best = weights;
    if (!due) return;
    if (this.#best) writeWeights(this.#paths.weights('best'), this.#best);
    this.#best = undefined;
    writeWeights(this.#paths.weights('last'), weights);
    this.#writeState(state);
  }

  /** Whether the last state is old enough for another one. */
  get due(): boolean {
    return performance.now() - this.#flushed > flushInterval;
  }

  /** Only what is needed to go on: between the epochs of a long training. */
  state(state: TrainerState): void {
    if (this.#best) writeWeights(this.#paths.weights('best'), this.#best);
    this.#best = undefined;
    this.#writeState(state);
  }

  /** After the weights: whatever ends the process between them, the older state still fits. */
  #writeState(state: TrainerState): void {
    this.#metrics.flush();
    writeState(this.#paths, { state, metricsBytes: this.#metrics.length });
    this.#flushed = performance.now();
  }

  /** A line in the run's diary: when it was started, paused, resumed, and how it ended. */
  note(event: string, details: Record<string, unknown> = {}): void {
    noteInLog(this.#paths, event, details);
  }

  close(): void {
    this.#metrics.close();
  }
}

export function noteInLog(paths: RunPaths, event: string, details: Record<string, unknown> = {}): void {
  try {
    appendFileSync(paths.log, `${JSON.stringify({ time: new Date().toISOString(), event, ...details })}\n`);
  } catch (error) {
    throw storageError(paths.log, error);
  }
}
