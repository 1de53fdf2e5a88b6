import { UserError } from '#core/graph';
import type { TypedArray } from '#core/graph';
import { initialize } from '#core/nn';
import type { Module } from '#core/nn';
import type { CompileOptions } from '#core/runtime';
import type { Augmentation, Gauge, Loss, Metric, Optimizer, Regularizer, Schedule } from './contracts';
import { gatherTargets } from './data';
import type { TrainingData } from './data';
import { diverged, nonFinite } from './diverged';
import { EpochRecord } from './epoch-record';
import { stepsAt } from './chunk-length';
import { batchRange, epochOrder, stepsPerEpoch } from './epoch';
import { Evaluator, measureAll } from './evaluate';
import type { CheckpointReason, StepRecord, TrainerEvent } from './events';
import { isDue, stepsUntilMeasured } from './gauged';
import { runStages } from './loop';
import type { RunOptions } from './loop';
import { keptWidth } from './objective';
import { chunkMilliseconds, chunkSteps, Pace } from './pace';
import { predictionsOf } from './predictions';
import { StepSession, takeNumbers } from './session';
import type { StepResult, StepsToDo } from './session';
import { startingState } from './starting-state';
import { singleStep } from './step-source';
import type { Progress, StateTensor, TrainerState } from './state';
import type { Training } from './training';
import { judge, watchOf } from './watch';
import type { Watch } from './watch';

export interface TrainerOptions {
  model: Module;
  loss: Loss;
  regularizers: readonly Regularizer[];
  optimizer: Optimizer;
  schedule: Schedule;
  augmentations: readonly Augmentation[];
  /** By the names under which their values are reported. */
  metrics: Readonly<Record<string, Metric>>;
  training: Training;
  data: TrainingData;
  seed: number;
  compile: CompileOptions;
  /**
   * Whether the device reads the host's memory, so that the whole training part can be fed to every step; otherwise
   * only the step's examples travel. Absent: so for the processor.
   */
  sharesMemory?: boolean;
  /** What is measured between the steps. The trainer gives it back with itself. */
  gauge?: Gauge;
}


/** Trains a network and tells how it goes. Knows no block by name. */
export class Trainer {
  readonly #options: TrainerOptions;
  readonly #session: StepSession;
  readonly #evaluator: Evaluator | undefined;
  readonly #watch: Watch;
  readonly #stepsPerEpoch: number;
  /** Steps that one run of a program does. */
  readonly #chunkLength: number;
  #progress: Progress = { step: 0, epoch: 0, batch: 0, epochLoss: 0, stale: 0, finished: false };
  readonly #record: EpochRecord;
  readonly #pace = new Pace();
  #shuffled: { epoch: number; order: Int32Array } | undefined;
  #restored = false;

  private constructor(options: TrainerOptions, session: StepSession, evaluator: Evaluator | undefined, chunkLength: number) {
    const { data, training, metrics } = options;
    this.#options = options;
    this.#session = session;
    this.#evaluator = evaluator;
    this.#watch = watchOf(training, metrics, data.validation !== undefined);
    this.#stepsPerEpoch = stepsPerEpoch(data.train.count, training.batchSize);
    this.#chunkLength = chunkLength;
    this.#record = new EpochRecord(data.train.count, keptWidth(options.loss));
  }

  /** Compiles the step and the evaluation. @throws UserError where the specification does not fit the data */
  static async create(options: TrainerOptions): Promise<Trainer> {
    const { model, loss, regularizers, optimizer, augmentations, metrics, training, data, seed } = options;
    if (training.batchSize > data.train.count) {
      throw new UserError('train.batch-size', `the batch of ${training.batchSize} is larger than the training data (${data.train.count} examples)`, {
        hint: `Choose a batch size of at most ${data.train.count}.`,
      });
    }
    const parts = { model, loss, regularizers, optimizer, augmentations, gradientClip: training.gradientClip };
    const { compile, sharesMemory = compile.device === 'cpu' || compile.device === 'reference' } = options;
    const session = new StepSession({ source: singleStep(parts, data, seed), data, compile, sharesMemory });
    const { validation } = data;
    const evaluator = validation === undefined ? undefined : await Evaluator.create({
      model, loss, metrics, problem: data, most: validation.count, compile,
    });
    // To find the op that made a NaN a step is computed again, so each is judged before the next one.
    const chunkLength = training.debugNaN ? 1 : session.chunkLength(training.batchSize, Math.floor(data.train.count / training.batchSize), training.epochs);
    const trainer = new Trainer(options, session, evaluator, chunkLength);
    const { parameters, buffers } = initialize(model, seed);
    session.load('parameters', parameters);
    session.load('buffers', buffers);
    session.load('optimizer', startingState(optimizer, model));
    await session.prepare(training.batchSize);
    await session.prepare(training.batchSize, chunkLength);
    return trainer;
  }

  /** Steps of the whole training. */
  get totalSteps(): number {
    return this.#stepsPerEpoch * this.#options.training.epochs;
  }

  get progress(): Readonly<Progress> {
    return this.#progress;
  }

  /** Continues from a state: the training goes on as if it had never stopped. */
  restore(state: TrainerState): void {
    const data = (group: Readonly<Record<string, StateTensor>>) =>
      Object.fromEntries(Object.entries(group).map(([name, tensor]) => [name, tensor.data]));
    this.#session.load('parameters', data(state.parameters));
    this.#session.load('buffers', data(state.buffers));
    this.#session.load('optimizer', data(state.optimizer));
    this.#progress = structuredClone(state.progress);
    this.#record.restore(state.epoch);
    this.#restored = true;
  }

  /** Everything needed to go on from here; taken between two steps. */
  async state(): Promise<TrainerState> {
    return {
      progress: structuredClone(this.#progress),
      parameters: await this.#session.read('parameters'),
      buffers: await this.#session.read('buffers'),
      optimizer: await this.#session.read('optimizer'),
      epoch: this.#record.state(),
    };
  }

  /**
   * Trains to the end, to an early stop or to an abort. State may be taken whenever an event has been delivered.
   *
   * @throws UserError `train.diverged` when loss or weights are no longer finite; no such state is ever offered as a checkpoint
   */
  run(options: RunOptions = {}): AsyncGenerator<TrainerEvent, void, void> {
    const { epochs } = this.#options.training;
    const progress = this.#progress;
    return runStages<TrainerEvent>({
      fresh: () => !this.#restored && progress.step === 0,
      finished: () => progress.finished || progress.epoch >= epochs,
      midEpoch: () => progress.batch < this.#stepsPerEpoch,
      chunk: (interrupted) => this.#steps(interrupted, options.signal),
      closeEpoch: () => this.#closeEpoch(options.signal),
      checkpoint: (reason) => this.#checkpoint([reason]),
      end: (stopped) => ({
        kind: 'end', reason: stopped ? 'stopped' : progress.epoch < epochs ? 'early' : 'finished', step: progress.step, epoch: progress.epoch,
      }),
    }, options);
  }

  async* #steps(interrupted: () => boolean, signal: AbortSignal | undefined): AsyncGenerator<TrainerEvent, void, void> {
    yield* this.#measure(signal);
    if (signal?.aborted) return;
    const { steps, examplesPerSecond, error } = await this.#chunk(interrupted);
    if (steps.length > 0) {
      yield { kind: 'steps', steps, examplesPerSecond, remainingSeconds: this.#pace.remaining(this.totalSteps - this.#progress.step) };
    }
    if (error !== undefined) throw error;
  }

  /** Takes what is due of the weights as they stand, nothing twice; an abort leaves it to be taken later. */
  async* #measure(signal: AbortSignal | undefined): AsyncGenerator<TrainerEvent, void, void> {
    const { gauge, optimizer, schedule } = this.#options;
    const progress = this.#progress;
    const { step } = progress;
    if (!isDue(gauge, progress)) return;
    const began = performance.now();
    const learningRate = optimizer.learningRate * schedule(Math.min(step, this.totalSteps - 1));
    const weights = { parameters: await this.#session.read('parameters'), buffers: await this.#session.read('buffers') };
    // Weights that are no longer finite end the training with the next step.
    if (nonFinite({ ...weights.parameters, ...weights.buffers }) !== undefined) return;
    try {
      const measurements = await gauge.take({ step, learningRate, ...weights, ...(signal && { signal }) });
      progress.measured = step;
      this.#pace.add(performance.now() - began);
      yield { kind: 'measures', step, measurements };
    } catch (error) {
      if (signal?.aborted !== true) throw error;
    }
  }

  /** Runs some steps without looking at their numbers, then fetches the numbers of all of them. */
  async #chunk(interrupted: () => boolean) {
    const { schedule, optimizer, training, data, gauge } = this.#options;
    const progress = this.#progress;
    const order = this.#order();
    const began = performance.now();
    const most = training.debugNaN ? 1 : chunkSteps;
    const whole = Math.floor(data.train.count / training.batchSize);
    let before: Record<string, TypedArray> = {};
    const pending: { result: StepResult; todo: StepsToDo; places: { step: number; examples: number; learningRate: number }[] }[] = [];
    let done = 0;
    do {
      const count = stepsUntilMeasured(gauge, progress.step, stepsAt(progress.batch, this.#chunkLength, whole));
      const { begin } = batchRange(progress.batch, data.train.count, training.batchSize);
      const { end } = batchRange(progress.batch + count - 1, data.train.count, training.batchSize);
      const places = Array.from({ length: count }, (_, i) => ({
        step: progress.step + i + 1, examples: (end - begin) / count, learningRate: optimizer.learningRate * schedule(progress.step + i),
      }));
      const todo = { count, rows: order.subarray(begin, end), step: progress.step + 1, learningRate: Float32Array.from(places, ({ learningRate }) => learningRate) };
      if (training.debugNaN) before = await this.#session.snapshot();
      pending.push({ result: await this.#session.run(todo), todo, places });
      progress.step += count;
      progress.batch += count;
      done += count;
    } while (progress.batch < this.#stepsPerEpoch && done < most
      && performance.now() - began < chunkMilliseconds && !interrupted() && !isDue(gauge, progress));

    const steps: StepRecord[] = [];
    let error: UserError | undefined;
    const after = training.debugNaN ? await this.#session.snapshot() : {};
    const spoilt = nonFinite(Object.fromEntries(Object.entries(after).map(([name, data]) => [name, { data }])));
    for (const { result, todo, places } of pending) {
      for (const [i, numbers] of (await takeNumbers(result)).entries()) {
        if (error !== undefined) continue;
        const { step, examples, learningRate } = places[i]!;
        const loss = Number(numbers.loss[0]);
        const gradientNorm = Number(numbers.gradientNorm[0]);
        if (Number.isFinite(loss) && Number.isFinite(gradientNorm) && spoilt === undefined) {
          this.#record.add(numbers.output);
          progress.epochLoss += loss * examples;
          steps.push({ step, epoch: progress.epoch, loss, learningRate, gradientNorm });
        } else {
          const what = !Number.isFinite(loss) ? `the loss became ${loss}` : Number.isFinite(gradientNorm) ? `${spoilt} is no longer finite` : `the gradient became ${gradientNorm}`;
          const found = training.debugNaN ? await this.#session.locate(before, todo) : undefined;
          error = diverged(what, step, progress.epoch, training.gradientClip !== null, found);
        }
      }
    }
    // Lets messages in: a stop must be heard even where a device computes on this thread.
    await new Promise((resolve) => setImmediate(resolve));
    const milliseconds = performance.now() - began;
    this.#pace.add(milliseconds, done);
    const examples = pending.reduce((sum, { todo }) => sum + todo.rows.length, 0);
    return { steps, error, examplesPerSecond: (1000 * examples) / milliseconds };
  }

  /** The order of the epoch under way. */
  #order(): Int32Array {
    const { epoch } = this.#progress;
    if (this.#shuffled?.epoch !== epoch) this.#shuffled = { epoch, order: epochOrder(this.#options.seed, epoch, this.#options.data.train.count) };
    return this.#shuffled.order;
  }

  /** Scores the epoch that is complete, decides how to go on, and offers the checkpoint. */
  async* #closeEpoch(signal: AbortSignal | undefined): AsyncGenerator<TrainerEvent, void, void> {
    yield* this.#measure(signal);
    if (signal?.aborted) return;
    const { training, data, loss, metrics } = this.#options;
    const progress = this.#progress;
    const began = performance.now();
    const { count } = this.#record;
    const order = this.#order().subarray(0, count);
    const truth = gatherTargets(data, order);
    const seen = predictionsOf(data, loss.link, this.#record.outputs, truth, count);
    const train = { loss: progress.epochLoss / count, metrics: measureAll(metrics, seen) };
    const validation = data.validation && await this.#evaluator!.evaluate(this.#session.weights, data.validation);

    const scores = validation && { loss: validation.loss, metrics: validation.metrics };
    const patience = training.earlyStopping?.patience ?? Infinity;
    const best = scores !== undefined
      && judge(progress, progress, this.#watch, scores, training.earlyStopping?.minDelta ?? 0).best;
    const epoch = progress.epoch++;
    progress.batch = 0;
    progress.epochLoss = 0;
    progress.finished = progress.epoch >= training.epochs || progress.stale >= patience;
    this.#record.clear();
    this.#pace.add(performance.now() - began);
    yield { kind: 'epoch', step: progress.step, epoch, train, ...(scores && { validation: scores }), best };

    const reasons: CheckpointReason[] = [];
    if (progress.epoch % training.checkpointEvery === 0 || progress.finished) reasons.push('epoch');
    if (best) reasons.push('best');
    if (progress.finished) reasons.push('end');
    if (reasons.length > 0) yield await this.#checkpoint(reasons);
  }

  /** A checkpoint of the present state. @throws UserError `train.diverged` if a weight is not finite */
  async #checkpoint(reasons: CheckpointReason[]): Promise<TrainerEvent> {
    const state = await this.state();
    const broken = nonFinite(state.parameters) ?? nonFinite(state.buffers) ?? nonFinite(state.optimizer);
    if (broken !== undefined) {
      const { step, epoch } = this.#progress;
      throw diverged(`${broken} is no longer finite`, step, epoch, this.#options.training.gradientClip !== null);
    }
    return { kind: 'checkpoint', reasons, state };
  }

  dispose(): Promise<void> {
    return Promise.all([this.#session.dispose(), this.#evaluator?.dispose(), this.#options.gauge?.dispose()]).then(() => undefined);
  }
}
