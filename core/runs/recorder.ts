import { appendFileSync } from 'node:fs';
import type { CheckpointReason, PopulationState, StepRecord as TrainedStep, TrainerEvent, TrainerState } from '#core/train';
import { writeState, writeWeights, type StoredWeights } from './folder/checkpoints';
import { MetricsLog, type EpochRecord, type GroupRecord, type MeasureRecord, type StepRecord } from './folder/metrics-log';
import type { RunPaths } from './folder/paths';
import { storageError } from './folder/storage-error';

type EpochEvent = Extract<TrainerEvent, { kind: 'epoch' }>;

/** Milliseconds between two states on the disk, at least: waiting for the disk must not hold up short epochs. */
const flushInterval = 1000;

/** Between the checkpoints of a long epoch the state alone is written this often, in milliseconds. */
export const stateInterval = 30_000;

const now = (): number => Date.now() / 1000;

/** Writes what a training tells into its run's folder, so that it can go on from any moment. */
export class Recorder {
  readonly #paths: RunPaths;
  readonly #stepsPerEpoch: number;
  readonly #trajectoryEvery: number;
  readonly #metrics: MetricsLog;
  #lastLoss: number | undefined;
  /** Best weights that are not on the disk yet. */
  #best: StoredWeights | undefined;
  #flushed = -Infinity;

  /** @param options.trajectoryEvery of so many epochs, one's weights are kept for the path of the training; 0: of none */
  constructor(paths: RunPaths, options: { stepsPerEpoch: number; trajectoryEvery: number; metricsBytes: number }) {
    this.#paths = paths;
    this.#stepsPerEpoch = options.stepsPerEpoch;
    this.#trajectoryEvery = options.trajectoryEvery;
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

  measures({ step, measurements }: Extract<TrainerEvent, { kind: 'measures' }>): MeasureRecord[] {
    const t = now();
    const records = measurements.map((figure): MeasureRecord => ({ kind: 'measure', step, epoch: step / this.#stepsPerEpoch, ...figure, t }));
    this.#metrics.append(records);
    return records;
  }

  /** Records of a group of members. */
  append(records: readonly GroupRecord[]): void {
    this.#metrics.append(records);
  }

  /**
   * Keeps what a checkpoint is for; `wanted`: somebody asked for one between two steps. Where epochs are shorter than `flushInterval`, newest weights, best weights and state wait
   * for it: a killed training goes on from the state before and comes to the same ones again.
   *
   * @param best the best weights, where they are not the state's own
   */
  checkpoint(reasons: readonly (CheckpointReason | 'wanted')[], state: TrainerState | PopulationState, best?: StoredWeights): void {
    const { step, batch } = state.progress;
    const atEpochEnd = batch === 0 && step > 0;
    const weights: StoredWeights = {
      tensors: { ...state.parameters, ...state.buffers },
      step,
      epoch: step / this.#stepsPerEpoch,
      ...(atEpochEnd && this.#lastLoss !== undefined && { loss: this.#lastLoss }),
    };
    const initial = reasons.includes('initial');
    const wanted = reasons.includes('wanted');
    const due = initial || wanted || reasons.includes('pause') || reasons.includes('end') || this.due;
    if (initial) writeWeights(this.#paths.weights('init'), weights);
    const epochs = Math.round(step / this.#stepsPerEpoch);
    if (this.#trajectoryEvery > 0 && (initial || wanted || (reasons.includes('epoch') && (epochs % this.#trajectoryEvery === 0 || reasons.includes('end'))))) {
      writeWeights(this.#paths.trajectoryStep(step), weights, { durable: due });
    }
    if (reasons.includes('best')) this.#best = best ?? weights;
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
  state(state: TrainerState | PopulationState): void {
    if (this.#best) writeWeights(this.#paths.weights('best'), this.#best);
    this.#best = undefined;
    this.#writeState(state);
  }

  /** After the weights: whatever ends the process between them, the older state still fits. */
  #writeState(state: TrainerState | PopulationState): void {
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
