import { loadDataset, type PreparedDataset } from '#core/data';
import { UserError } from '#core/graph';
import type { CompileOptions } from '#core/runtime';
import { stepsPerEpoch, Trainer, watchOf } from '#core/train';
import { composeRun, type RunParts } from './compose';
import { chooseDevice } from './device';
import { stepCost } from './step-cost';
import { evaluateParts } from './evaluation/results';
import { calibrate } from './estimate';
import type { ExecutionEvent } from './events';
import { writeAtomically } from './folder/atomic-write';
import { checkpointPath, makeCheckpointFolders, readNewestState, readWeights, removeLater, type StoredState } from './folder/checkpoints';
import { acquireLock } from './folder/lock';
import { runPaths, type RunPaths } from './folder/paths';
import { readRunFile, type RunFile } from './folder/run-file';
import { RunKeeper } from './keeper';
import { gaugeOf } from './measures/gauge';
import type { PauseSwitch } from './pause-switch';
import { trainPopulation } from './population/execute';
import { Recorder, stateInterval } from './recorder';
import { sourceTitle } from './source-title';
import type { RunSpecification } from './specification/schema';
import { storedSpecification } from './specification/stored';
import { usualCheckpoint } from './usual-checkpoint';
import { answerWanted, forgetWanted } from './wanted';

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
    const keeper = new RunKeeper(paths, options.onEvent);
    keeper.checkUnfinished();
    try {
      keeper.begin();
      const specification = storedSpecification(keeper.file);
      if (specification.population) await trainPopulation(keeper, specification, options);
      else await new Execution(keeper, options).train(specification);
    } catch (error) {
      keeper.fail(error);
      throw error;
    }
    return { folder, file: keeper.file };
  } finally {
    forgetWanted(paths);
    lock.release();
  }
}

class Execution {
  readonly #keeper: RunKeeper;
  readonly #paths: RunPaths;
  readonly #options: ExecuteOptions;
  #stepsPerSecond = NaN;

  constructor(keeper: RunKeeper, options: ExecuteOptions) {
    this.#keeper = keeper;
    this.#paths = keeper.paths;
    this.#options = options;
  }

  async train(specification: RunSpecification): Promise<void> {
    const keeper = this.#keeper;
    const data = this.#options.data ?? (await loadDataset(specification.data, this.#options.signal ? { signal: this.#options.signal } : {}));
    keeper.checkData(data.fingerprint);
    const parts = composeRun(specification, data);
    // A run goes on where it was: another device would give other bits.
    const device = await chooseDevice(this.#options.device ?? keeper.file.device?.id ?? specification.device, () => stepCost(parts).flops);
    const { threads } = this.#options;
    const compile: CompileOptions = { device: device.id, ...(threads ? { threads } : {}) };
    const gauge = gaugeOf({ parts: [parts], data, compile, first: () => readWeights(this.#paths.weights('init')).tensors });
    const trainer = await Trainer.create({ ...parts, compile, ...(gauge && { gauge }) });
    const stored = await this.#begin(parts, trainer);
    const perEpoch = stepsPerEpoch(data.train.count, parts.training.batchSize);
    keeper.save({
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
      trajectoryEvery: parts.training.keepTrajectory ? 1 : 0,
      metricsBytes: stored?.metricsBytes ?? 0,
    });
    try {
      recorder.note(stored ? 'resumed' : 'started', { step: trainer.progress.step, device: device.id });
      // A branched run's first weights are given, so the trainer does not offer them.
      if (!stored && keeper.file.parent) recorder.checkpoint(['initial'], await trainer.state());
      const reason = await this.#follow(trainer, recorder, parts);
      recorder.note(reason, { step: trainer.progress.step });
      if (reason === 'stopped') keeper.save({ state: 'stopped' });
      else {
        await this.#conclude(parts, data, compile);
        calibrate(parts, device.id, this.#stepsPerSecond);
      }
      keeper.tell({ kind: 'state', state: keeper.file.state });
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
    else if (this.#keeper.file.parent) await this.#startFromParent(this.#keeper.file.parent.name, parts, trainer);
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
    const keeper = this.#keeper;
    const examples = parts.data.train.count;
    const perEpoch = stepsPerEpoch(examples, parts.training.batchSize);
    const watch = watchOf(parts.training, parts.metrics, parts.data.validation !== undefined);
    let lastState = performance.now();
    let reason: 'finished' | 'early' | 'stopped' = 'finished';
    for await (const event of trainer.run({ ...(signal && { signal }), ...(pause && { pausePoint: pause.point }) })) {
      if (event.kind !== 'end') keeper.markRunning();
      switch (event.kind) {
        case 'steps': {
          const records = recorder.steps(event.steps);
          keeper.tell({ kind: 'steps', records });
          const { examplesPerSecond, remainingSeconds } = event;
          const stepsPerSecond = (examplesPerSecond * perEpoch) / examples;
          this.#stepsPerSecond = stepsPerSecond;
          keeper.tell({ kind: 'speed', examplesPerSecond, stepsPerSecond, remainingSeconds });
          await answerWanted(this.#paths, () => trainer.state(), (state) => recorder.checkpoint(['wanted'], state));
          if (performance.now() - lastState > stateInterval) {
            recorder.state(await trainer.state());
            lastState = performance.now();
          }
          break;
        }
        case 'epoch': {
          keeper.tell({ kind: 'epochs', records: [recorder.epoch(event)] });
          const { best } = trainer.progress;
          keeper.note({
            progress: { ...keeper.progress, step: event.step, epoch: event.epoch + 1 },
            ...(best && { best: { name: watch.name, value: best.value, epoch: best.epoch + 1, step: best.step } }),
          });
          break;
        }
        case 'measures':
          keeper.tell({ kind: 'measures', records: recorder.measures(event) });
          break;
        case 'checkpoint':
          recorder.checkpoint(event.reasons, event.state);
          lastState = performance.now();
          if (event.reasons.includes('pause')) keeper.markPaused(event.state.progress.step, event.state.progress.step / perEpoch);
          break;
        case 'end':
          reason = event.reason;
          keeper.save({ progress: { ...keeper.progress, step: event.step, epoch: event.step / perEpoch } });
      }
    }
    return reason;
  }

  /** What the finished network is worth, on every part. */
  async #conclude(parts: RunParts, data: PreparedDataset, compile: CompileOptions): Promise<void> {
    const checkpoint = usualCheckpoint(parts.specification);
    const { tensors } = readWeights(checkpointPath(this.#paths, checkpoint));
    const results = await evaluateParts(parts, data, tensors, compile);
    this.#keeper.save({ state: 'finished', results: { checkpoint, parts: results } });
  }
}

function pick<T>(record: Readonly<Record<string, T>>, names: readonly string[]): Record<string, T> {
  return Object.fromEntries(names.map((name) => [name, record[name]!]));
}
