import { copyMembers, type PopulationEvent, type PopulationState, type PopulationStepRecord, type StateTensor, type Training } from '#core/train';
import { existsSync } from 'node:fs';
import { readWeights } from '../folder/checkpoints';
import type { EpochRecord, GroupEpochRecord, GroupMeasureRecord, GroupStepRecord, MeasureRecord, StepRecord } from '../folder/metrics-log';
import { meanMeasure } from './measures';
import { pathThinning } from './path-thinning';
import type { RunPaths } from '../folder/paths';
import { Recorder } from '../recorder';
import { spreadOf } from './summary';

type EpochEvent = Extract<PopulationEvent, { kind: 'epoch' }>;
type CheckpointEvent = Extract<PopulationEvent, { kind: 'checkpoint' }>;

/** Numbers that the steps of a group may fill metrics.ndjson with: above, some steps are left out. */
const mostNumbers = 3_000_000;

/** Writes what a group of members tells into its folder. Returns the means over its members, for who follows the run. */
export class PopulationRecorder {
  readonly #recorder: Recorder;
  readonly #stepsPerEpoch: number;
  readonly #stepsEvery: number;
  #best: Record<string, StateTensor> | undefined;

  constructor(paths: RunPaths, options: { stepsPerEpoch: number; training: Training; totalSteps: number; members: number; weights: number; metricsBytes: number }) {
    const { stepsPerEpoch, training, totalSteps, members, weights, metricsBytes } = options;
    this.#stepsPerEpoch = stepsPerEpoch;
    this.#stepsEvery = Math.ceil((3 * totalSteps * members) / mostNumbers);
    this.#recorder = new Recorder(paths, {
      stepsPerEpoch,
      trajectoryEvery: training.keepTrajectory ? pathThinning(training, members, weights) : 0,
      metricsBytes,
    });
    this.#best = existsSync(paths.weights('best')) ? readWeights(paths.weights('best')).tensors : undefined;
  }

  steps(steps: readonly PopulationStepRecord[]): StepRecord[] {
    const t = Date.now() / 1000;
    const place = (step: number): number => step / this.#stepsPerEpoch;
    const records = steps.filter(({ step }) => step % this.#stepsEvery === 0 || step === 1).map(({ step, loss, learningRate, gradientNorm }): GroupStepRecord => ({
      kind: 'step', step, epoch: place(step), loss: row(loss), learningRate: row(learningRate), gradientNorm: row(gradientNorm), t,
    }));
    this.#recorder.append(records);
    return steps.map(({ step, loss, learningRate, gradientNorm }) => ({
      kind: 'step', step, epoch: place(step), loss: mean(loss), learningRate: mean(learningRate), gradientNorm: mean(gradientNorm), t,
    }));
  }

  epoch({ step, epoch, train, validation }: EpochEvent): EpochRecord {
    const parts = Object.fromEntries(Object.entries({ train, ...(validation && { validation }) }).map(([part, scores]) => {
      const names = [...new Set(scores.flatMap((each) => Object.keys(each?.metrics ?? {})))];
      return [part, {
        loss: row(scores.map((each) => each?.loss ?? NaN)),
        ...Object.fromEntries(names.map((name) => [name, row(scores.map((each) => each?.metrics[name] ?? NaN))])),
      }];
    }));
    const record: GroupEpochRecord = { kind: 'epoch', step, epoch: epoch + 1, parts, t: Date.now() / 1000 };
    this.#recorder.append([record]);
    const means = Object.entries(parts).map(([part, columns]) =>
      [part, Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, mean(values)]))] as const);
    return { kind: 'epoch', step, epoch: epoch + 1, parts: Object.fromEntries(means), t: record.t };
  }

  measures({ step, measurements }: Extract<PopulationEvent, { kind: 'measures' }>): MeasureRecord[] {
    const place = { kind: 'measure' as const, step, epoch: step / this.#stepsPerEpoch };
    const t = Date.now() / 1000;
    const records = [...new Set(measurements.flatMap((own) => own?.map(({ name }) => name) ?? []))].map((name): GroupMeasureRecord => {
      const own = measurements.map((each) => each?.find((figure) => figure.name === name));
      const has = (field: 'residual' | 'interval' | 'threshold' | 'converged'): boolean => own.some((figure) => figure?.[field] !== undefined);
      return {
        ...place, name, value: row(own.map((figure) => figure?.value ?? NaN)),
        ...(has('residual') && { residual: row(own.map((figure) => figure?.residual ?? NaN)) }),
        ...(has('converged') && { converged: own.map((figure) => figure?.converged ?? null) }),
        ...(has('interval') && { interval: [row(own.map((figure) => figure?.interval?.[0] ?? NaN)), row(own.map((figure) => figure?.interval?.[1] ?? NaN))] as const }),
        ...(has('threshold') && { threshold: row(own.map((figure) => figure?.threshold ?? NaN)) }),
        t,
      };
    });
    this.#recorder.append(records);
    return records.map(meanMeasure);
  }

  checkpoint({ reasons, best, state }: CheckpointEvent): void {
    const { step } = state.progress;
    const weights = { ...state.parameters, ...state.buffers };
    if (best.length > 0) {
      // Members that have no best weights yet stand in the file with their present ones.
      const target = this.#best ?? structuredClone(weights);
      copyMembers(target, weights, best);
      this.#best = target;
    }
    this.#recorder.checkpoint(reasons, state, this.#best && { tensors: this.#best, step, epoch: step / this.#stepsPerEpoch });
  }

  state(state: PopulationState): void {
    this.#recorder.state(state);
  }

  close(): void {
    this.#recorder.close();
  }
}

const row = (values: ArrayLike<number>): (number | null)[] => Array.from(values, (value) => (Number.isFinite(value) ? value : null));

const mean = (values: ArrayLike<number | null>): number => spreadOf(Array.from(values))?.mean ?? NaN;
