import { loadDataset, type PreparedDataset } from '#core/data';
import { UserError } from '#core/graph';
import type { CompileOptions } from '#core/runtime';
import { stepsPerEpoch, Trainer, watchOf, type TrainerEvent } from '#core/train';
import { composeRun, type RunParts } from './compose';
import { chooseDevice } from './device';
import { evaluateParts } from './evaluation/results';
import { calibrate } from './estimate';
import type { ExecutionEvent } from './events';
import { writeAtomically } from './folder/atomic-write';
import { checkpointPath, makeCheckpointFolders, readNewestState, readWeights, removeLater, type StoredState } from './folder/checkpoints';
import { acquireLock } from './folder/lock';
import { runPaths, type RunPaths } from './folder/paths';
import { readRunFile, writeRunFile, type RunError, type RunFile } from './folder/run-file';
import type { PauseSwitch } from './pause-switch';
import { noteInLog, Recorder } from './recorder';
import { sourceTitle } from './source-title';
import { storedSpecification } from './specification/stored';
import { usualCheckpoint } from './usual-checkpoint';

export interface ExecuteOptions {
  /** Aborting stops the training after the current step, with a checkpoint to go on from. */
  signal?: AbortSignal;
  pause?: PauseSwitch;
  /** Overrules the specification's device. */
  device?: string;
  threads?: number;
  /** The data set, where the caller has read it already. */
  data?: PreparedDataset;
  onEvent?: (event: ExecutionEvent) => void;
}

export interface RunOutcome {
  folder: string;
  file: RunFile;
}

/** Between the checkpoints of a long epoch the state alone is written this often, in milliseconds. */
const stateInterval = 30_000;
/** Milliseconds between two notes of progress in run.json, at least. */
const noteInterval = 500;

/**
 * Trains a run from where it stands (its newest state, or the beginning) and writes everything into its folder. A run
 * that was killed at any moment ends, resumed, with the weights of one that was not.
 *
 * @throws UserError when another process works on the run, when the data is gone or has changed, when specification and
 *   data do not fit, when the loss is no longer finite, or when the disk is full. The run is marked as failed, with the
 *   reason; its checkpoints stay.
 */
export async function executeRun(folder: string, options: ExecuteOptions = {}): Promise<RunOutcome> {
  const paths = runPaths(folder);
  const started = readRunFile(folder);
  const lock = acquireLock(paths.lock, `run "${started.name}"`);
  try {
    return await new Execution(paths, options).run();
  } finally {
    lock.release();
  }
}

class Execution {
  readonly #paths: RunPaths;
  readonly #options: ExecuteOptions;
  #file: RunFile;
  #stepsPerSecond = NaN;
  #noted = -Infinity;

  constructor(paths: RunPaths, options: ExecuteOptions) {
    this.#paths = paths;
    this.#options = options;
    this.#file = readRunFile(paths.folder);
  }

  async run(): Promise<RunOutcome> {
    if (this.#file.state === 'finished') {
      throw new UserError('run.finished', `Run "${this.#file.name}" is finished.`, { hint: 'Branch from one of its checkpoints to train on.' });
    }
    try {
      const { state: _, error: __, ...rest } = this.#file;
      this.#save({ ...rest, state: 'running' });
      this.#tell({ kind: 'state', state: 'running' });
      await this.#train();
    } catch (error) {
      this.#fail(error);
      throw error;
    }
    return { folder: this.#paths.folder, file: this.#file };
  }

  async #train(): Promise<void> {
    const specification = storedSpecification(this.#file);
    const data = this.#options.data ?? (await loadDataset(specification.data, this.#options.signal ? { signal: this.#options.signal } : {}));
    this.#checkData(data);
    const parts = composeRun(specification, data);
    // A run goes on where it was: another device would give other bits.
    const device = await chooseDevice(this.#options.device ?? this.#file.device?.id ?? specification.device);
    const { threads } = this.#options;
    const compile: CompileOptions = { device: device.id, ...(threads ? { threads } : {}) };
    const trainer = await Trainer.create({ ...parts, compile });
    const stored = await this.#begin(parts, trainer);
    const perEpoch = stepsPerEpoch(data.train.count, parts.training.batchSize);
    this.#save({
      ...this.#file,
      task: data.task,
      specification: parts.specification,
      device: { id: device.id, name: device.name },
      dataset: { fingerprint: data.fingerprint, title: sourceTitle(specification.data.source) },
      parameters: parts.parameters,
      progress: { step: trainer.progress.step, steps: trainer.totalSteps, epoch: trainer.progress.step / perEpoch, epochs: parts.training.epochs },
    });
    writeAtomically(this.#paths.transform, `${JSON.stringify(data.transform)}\n`);
    const recorder = new Recorder(this.#paths, {
      stepsPerEpoch: perEpoch,
      keepTrajectory: parts.training.keepTrajectory,
      metricsBytes: stored?.metricsBytes ?? 0,
    });
    try {
      recorder.note(stored ? 'resumed' : 'started', { step: trainer.progress.step, device: device.id });
      // A branched run's first weights are given, so the trainer does not offer them.
      if (!stored && this.#file.parent) recorder.checkpoint(['initial'], await trainer.state());
      const reason = await this.#follow(trainer, recorder, parts);
      recorder.note(reason, { step: trainer.progress.step });
      if (reason === 'stopped') this.#save({ ...this.#file, state: 'stopped' });
      else {
        await this.#conclude(parts, data, compile);
        calibrate(parts, device.id, this.#stepsPerSecond);
      }
      this.#tell({ kind: 'state', state: this.#file.state });
    } finally {
      recorder.close();
      await trainer.dispose();
    }
  }

  /** Puts the trainer where the run stands, and removes from the folder what came after. */
  async #begin(parts: RunParts, trainer: Trainer): Promise<StoredState | undefined> {
    makeCheckpointFolders(this.#paths);
    const stored = readNewestState(this.#paths);
    removeLater(this.#paths, stored?.state.progress.step ?? -1);
    if (stored) trainer.restore(stored.state);
    else if (this.#file.parent) await this.#startFromParent(this.#file.parent.name, parts, trainer);
    return stored;
  }

  /** A branched run begins with the weights of its parent's checkpoint. */
  async #startFromParent(parent: string, parts: RunParts, trainer: Trainer): Promise<void> {
    const { tensors } = readWeights(this.#paths.weights('init'));
    for (const [name, { shape }] of Object.entries({ ...parts.model.parameters, ...parts.model.buffers })) {
      const own = shape.join('x');
      const given = tensors[name]?.shape.join('x');
      if (own !== given) {
        throw new UserError('run.branch-shape', `The weights of run "${parent}" do not fit this model: ${name} is ${given ?? 'missing'}, not ${own}.`, {
          hint: 'Branch with the same model, or start a new run.',
        });
      }
    }
    trainer.restore({
      ...(await trainer.state()),
      parameters: pick(tensors, Object.keys(parts.model.parameters)),
      buffers: pick(tensors, Object.keys(parts.model.buffers)),
    });
  }

  async #follow(trainer: Trainer, recorder: Recorder, parts: RunParts): Promise<'finished' | 'early' | 'stopped'> {
    const { signal, pause } = this.#options;
    const examples = parts.data.train.count;
    const perEpoch = stepsPerEpoch(examples, parts.training.batchSize);
    const watch = watchOf(parts.training, parts.metrics, parts.data.validation !== undefined);
    let lastState = performance.now();
    let reason: 'finished' | 'early' | 'stopped' = 'finished';
    for await (const event of trainer.run({ ...(signal && { signal }), ...(pause && { pausePoint: pause.point }) })) {
      this.#markRunning(event);
      switch (event.kind) {
        case 'steps': {
          const records = recorder.steps(event.steps);
          this.#tell({ kind: 'steps', records });
          const { examplesPerSecond, remainingSeconds } = event;
          const stepsPerSecond = (examplesPerSecond * perEpoch) / examples;
          this.#stepsPerSecond = stepsPerSecond;
          this.#tell({ kind: 'speed', examplesPerSecond, stepsPerSecond, remainingSeconds });
          if (performance.now() - lastState > stateInterval) {
            recorder.state(await trainer.state());
            lastState = performance.now();
          }
          break;
        }
        case 'epoch': {
          this.#tell({ kind: 'epochs', records: [recorder.epoch(event)] });
          const { best } = trainer.progress;
          this.#note({
            ...this.#file,
            progress: { ...this.#progress, step: event.step, epoch: event.epoch + 1 },
            ...(best && { best: { name: watch.name, value: best.value, epoch: best.epoch + 1, step: best.step } }),
          });
          break;
        }
        case 'checkpoint':
          recorder.checkpoint(event.reasons, event.state);
          lastState = performance.now();
          if (event.reasons.includes('pause')) this.#markPaused(recorder, event.state.progress.step, perEpoch);
          break;
        case 'end':
          reason = event.reason;
          this.#save({ ...this.#file, progress: { ...this.#progress, step: event.step, epoch: event.step / perEpoch } });
      }
    }
    return reason;
  }

  get #progress() {
    if (!this.#file.progress) throw new Error('progress is set before training');
    return this.#file.progress;
  }

  #markPaused(recorder: Recorder, step: number, perEpoch: number): void {
    this.#save({ ...this.#file, state: 'paused', progress: { ...this.#progress, step, epoch: step / perEpoch } });
    recorder.note('paused', { step });
    this.#tell({ kind: 'state', state: 'paused' });
  }

  #markRunning(event: TrainerEvent): void {
    if (this.#file.state !== 'paused' || event.kind === 'end') return;
    this.#save({ ...this.#file, state: 'running' });
    noteInLog(this.#paths, 'continued');
    this.#tell({ kind: 'state', state: 'running' });
  }

  /** What the finished network is worth, on every part. */
  async #conclude(parts: RunParts, data: PreparedDataset, compile: CompileOptions): Promise<void> {
    const checkpoint = usualCheckpoint(parts.specification);
    const { tensors } = readWeights(checkpointPath(this.#paths, checkpoint));
    const results = await evaluateParts(parts, data, tensors, compile);
    this.#save({ ...this.#file, state: 'finished', results: { checkpoint, parts: results } });
  }

  #checkData(data: PreparedDataset): void {
    const recorded = this.#file.dataset?.fingerprint;
    if (recorded === undefined || recorded === data.fingerprint) return;
    throw new UserError('run.data-changed', `The data of run "${this.#file.name}" has changed since it was started.`, {
      hint: 'Put the old file back, or start a new run with the new data.',
    });
  }

  #save(file: RunFile): void {
    writeRunFile(this.#paths.folder, file);
    this.#file = file;
  }

  /** Progress, for lists: written now and then, and with the next save in any case. */
  #note(file: RunFile): void {
    this.#file = file;
    if (performance.now() - this.#noted < noteInterval) return;
    writeRunFile(this.#paths.folder, file, { durable: false });
    this.#noted = performance.now();
  }

  /** Marks the run as failed as far as the disk still allows; the reason reaches the caller in any case. */
  #fail(error: unknown): void {
    const told: RunError =
      error instanceof UserError
        ? { code: error.code, message: error.message, ...(error.hint !== undefined && { hint: error.hint }) }
        : { code: 'internal', message: error instanceof Error ? error.message : String(error) };
    try {
      this.#save({ ...this.#file, state: 'failed', error: told });
      noteInLog(this.#paths, 'failed', { error: told });
    } catch (second) {
      if (!(second instanceof UserError)) throw new AggregateError([error, second], told.message, { cause: second });
    }
    this.#tell({ kind: 'state', state: 'failed', error: told });
  }

  #tell(event: ExecutionEvent): void {
    this.#options.onEvent?.(event);
  }
}

function pick<T>(record: Readonly<Record<string, T>>, names: readonly string[]): Record<string, T> {
  return Object.fromEntries(names.map((name) => [name, record[name]!]));
}
