import { UserError } from '#core/graph';
import type { TypedArray } from '#core/graph';
import { initialize } from '#core/nn';
import { gatherTargets } from '../data';
import { stepsAt } from '../chunk-length';
import { batchRange, epochOrder, stepsPerEpoch } from '../epoch';
import { measureAll } from '../evaluate';
import type { CheckpointReason, Scores } from '../events';
import type { Measurement } from '../contracts';
import { isDue, stepsUntilMeasured } from '../gauged';
import { nonFinite } from '../diverged';
import { runStages } from '../loop';
import type { RunOptions } from '../loop';
import { chunkMilliseconds, chunkSteps, Pace } from '../pace';
import { keptWidth } from '../objective';
import { predictionsOf } from '../predictions';
import { StepSession, takeNumbers } from '../session';
import type { StepResult, StepsToDo } from '../session';
import { startingState } from '../starting-state';
import { stateGroups } from '../step-source';
import type { StateGroup } from '../step-source';
import { judge, watchOf } from '../watch';
import { PopulationEvaluator } from './evaluate';
import type { PopulationEvent, PopulationStepRecord } from './events';
import type { Member, PopulationOptions, Variant } from './members';
import { PopulationRecord } from './record';
import { brokenSlots, memberTensors, putMembers, stackMembers, takeMembers } from './stack';
import type { Tensors } from './stack';
import type { PopulationProgress, PopulationState } from './state';
import { populationStep } from './step';

/**
 * Trains many networks in one program, each with its own seed and its own numbers. Members do not touch one another: one
 * whose numbers are no longer finite, or that stops early, ends alone.
 *
 * The members' variants must fit one program (`programsOf`) and agree in epochs and batch size.
 */
export class PopulationTrainer {
  readonly #options: PopulationOptions;
  readonly #stepsPerEpoch: number;
  readonly #epochs: number;
  readonly #record: PopulationRecord;
  readonly #pace = new Pace();
  /** What the members' weights and optimizer states were when they were last read; ended members keep theirs. */
  #kept: Record<StateGroup, Tensors>;
  #session: StepSession;
  /** Steps that one run of a program does. */
  #chunkLength = 1;
  #evaluator: PopulationEvaluator | undefined;
  #progress: PopulationProgress;
  #orders: { epoch: number; orders: Int32Array[] } | undefined;
  readonly #told = new Set<number>();
  #restored = false;

  private constructor(options: PopulationOptions) {
    const { members, variants, data } = options;
    const { training, loss } = variants[members[0]!.variant]!;
    this.#options = options;
    this.#epochs = training.epochs;
    this.#stepsPerEpoch = stepsPerEpoch(data.train.count, training.batchSize);
    this.#progress = {
      step: 0, epoch: 0, batch: 0, finished: false, slots: members.map((_, member) => member), members: members.map(() => ({ epochLoss: 0, stale: 0 })),
    };
    this.#record = new PopulationRecord(members.length, data.train.count, keptWidth(loss));
    this.#kept = firstState(options);
    this.#session = this.#newSession();
  }

  /** Compiles step and evaluation. @throws UserError where specification and data do not fit */
  static async create(options: PopulationOptions): Promise<PopulationTrainer> {
    const { members, variants, data } = options;
    const { training } = variants[members[0]!.variant]!;
    if (training.batchSize > data.train.count) {
      throw new UserError('train.batch-size', `the batch of ${training.batchSize} is larger than the training data (${data.train.count} examples)`, {
        hint: `Choose a batch size of at most ${data.train.count}.`,
      });
    }
    for (const variant of variants) watchOf(variant.training, variant.metrics, data.validation !== undefined);
    const trainer = new PopulationTrainer(options);
    await trainer.#settle();
    return trainer;
  }

  /** Steps of the whole training. */
  get totalSteps(): number {
    return this.#stepsPerEpoch * this.#epochs;
  }

  get progress(): Readonly<PopulationProgress> {
    return this.#progress;
  }

  /** Continues from a state: the training goes on as if it had never stopped. */
  async restore(state: PopulationState): Promise<void> {
    this.#kept = structuredClone({ parameters: state.parameters, buffers: state.buffers, optimizer: state.optimizer });
    this.#progress = structuredClone(state.progress);
    this.#progress.members.forEach(({ ended }, member) => ended && this.#told.add(member));
    this.#restored = true;
    await this.#settle();
    this.#record.restore(state.epoch);
  }

  /** Everything needed to go on from here; taken between two steps. */
  async state(): Promise<PopulationState> {
    await this.#read();
    return this.#known();
  }

  /** The state as it was last read. */
  #known(): PopulationState {
    return { progress: structuredClone(this.#progress), ...structuredClone(this.#kept), epoch: this.#record.state() };
  }

  /** Trains to the end, or to an abort. State may be taken whenever an event has been delivered. */
  run(options: RunOptions = {}): AsyncGenerator<PopulationEvent, void, void> {
    const progress = (): PopulationProgress => this.#progress;
    return runStages<PopulationEvent>({
      fresh: () => !this.#restored && progress().step === 0,
      finished: () => progress().finished || progress().epoch >= this.#epochs,
      midEpoch: () => progress().batch < this.#stepsPerEpoch && this.#alive().length > 0,
      chunk: (interrupted) => this.#steps(interrupted, options.signal),
      closeEpoch: () => this.#closeEpoch(options.signal),
      checkpoint: async (reason) => ({ kind: 'checkpoint', reasons: [reason], best: [], state: await this.state() }),
      end: (stopped) => ({ kind: 'end', reason: stopped ? 'stopped' : 'finished', step: progress().step, epoch: progress().epoch }),
    }, options);
  }

  /** Members that still train. */
  #alive(): number[] {
    return this.#progress.slots.filter((member) => this.#progress.members[member]!.ended === undefined);
  }

  #variantOf(member: number): Variant {
    return this.#options.variants[this.#options.members[member]!.variant]!;
  }

  #slotMembers(): Member[] {
    return this.#progress.slots.map((member) => this.#options.members[member]!);
  }

  #newSession(members = this.#slotMembers()): StepSession {
    const { variants, data, compile, orderSeed } = this.#options;
    const { sharesMemory = compile.device === 'cpu' || compile.device === 'reference' } = this.#options;
    return new StepSession({ source: populationStep(variants, members, data, orderSeed === undefined), data, compile, sharesMemory });
  }

  /** Puts the members of `slots` on the device, in a program of their number. */
  async #settle(): Promise<void> {
    const { variants, data, compile } = this.#options;
    const { slots } = this.#progress;
    await this.#session.dispose();
    await this.#evaluator?.dispose();
    this.#evaluator = undefined;
    this.#session = this.#newSession();
    this.#record.resize(slots.length);
    for (const group of stateGroups) this.#session.load(group, takeMembers(this.#kept[group], slots));
    if (this.#progress.finished) return;
    if (data.validation) {
      this.#evaluator = await PopulationEvaluator.create({ variants, members: this.#slotMembers(), problem: data, most: data.validation.count, compile });
    }
    const { batchSize, debugNaN } = this.#variantOf(slots[0]!).training;
    const rows = batchSize * (this.#options.orderSeed === undefined ? slots.length : 1);
    // Fewer members may do more steps at a time: a function of the members, which change between epochs only.
    this.#chunkLength = debugNaN ? 1 : this.#session.chunkLength(rows, Math.floor(data.train.count / batchSize), this.#epochs);
    await this.#session.prepare(rows);
    await this.#session.prepare(rows, this.#chunkLength);
  }

  /** Takes the living members' state from the device; one that is not finite ends as diverged and keeps what it had. */
  async #read(): Promise<void> {
    const { slots, members, step, epoch } = this.#progress;
    const tensors = { parameters: await this.#session.read('parameters'), buffers: await this.#session.read('buffers'), optimizer: await this.#session.read('optimizer') };
    for (const group of stateGroups) {
      for (const [slot, name] of brokenSlots(tensors[group], slots.length)) {
        members[slots[slot]!]!.ended ??= { reason: 'diverged', step, epoch, what: `${name} is no longer finite` };
      }
    }
    for (const group of stateGroups) putMembers(this.#kept[group], tensors[group], slots, (slot) => members[slots[slot]!]!.ended === undefined);
  }

  /** The order of the epoch under way: one for all, or one a slot. */
  #order(): Int32Array[] {
    const { epoch } = this.#progress;
    const { orderSeed, data } = this.#options;
    const seeds = orderSeed === undefined ? this.#slotMembers().map(({ seed }) => seed) : [orderSeed];
    if (this.#orders?.epoch !== epoch || this.#orders.orders.length !== seeds.length) {
      this.#orders = { epoch, orders: seeds.map((seed) => epochOrder(seed, epoch, data.train.count)) };
    }
    return this.#orders.orders;
  }

  async* #steps(interrupted: () => boolean, signal: AbortSignal | undefined): AsyncGenerator<PopulationEvent, void> {
    yield* this.#measure(signal);
    if (!signal?.aborted) yield* this.#chunk(interrupted);
  }

  /** Takes what is due of every living member, one after another; an abort leaves all of it to be taken later. */
  async* #measure(signal: AbortSignal | undefined): AsyncGenerator<PopulationEvent, void> {
    const { gauge } = this.#options;
    const progress = this.#progress;
    const { step, slots, members } = progress;
    if (!isDue(gauge, progress)) return;
    const began = performance.now();
    const stacked = { parameters: await this.#session.read('parameters'), buffers: await this.#session.read('buffers') };
    const measurements = new Array<Measurement[] | undefined>(members.length).fill(undefined);
    try {
      for (const [slot, member] of slots.entries()) {
        const { optimizer, schedule } = this.#variantOf(member);
        const own = { parameters: memberTensors(stacked.parameters, slot), buffers: memberTensors(stacked.buffers, slot) };
        if (members[member]!.ended !== undefined || nonFinite({ ...own.parameters, ...own.buffers }) !== undefined) continue;
        const learningRate = optimizer.learningRate * schedule(Math.min(step, this.totalSteps - 1));
        measurements[member] = await gauge.take({ step, learningRate, ...own, member, ...(signal && { signal }) });
      }
    } catch (error) {
      if (signal?.aborted !== true) throw error;
      return;
    }
    progress.measured = step;
    this.#pace.add(performance.now() - began);
    yield { kind: 'measures', step, measurements };
  }

  /** Runs some steps without looking at their numbers, then fetches the numbers of all of them. */
  async* #chunk(interrupted: () => boolean): AsyncGenerator<PopulationEvent, void> {
    const { data, variants, members, gauge } = this.#options;
    const progress = this.#progress;
    const { batchSize, debugNaN } = this.#variantOf(progress.slots[0]!).training;
    const most = debugNaN ? 1 : chunkSteps;
    let before: Record<string, TypedArray> = {};
    const orders = this.#order();
    const began = performance.now();
    const whole = Math.floor(data.train.count / batchSize);
    const pending: { result: StepResult; todo: StepsToDo; places: { step: number; rates: readonly number[] }[]; examples: number }[] = [];
    let done = 0;
    do {
      const count = stepsUntilMeasured(gauge, progress.step, stepsAt(progress.batch, this.#chunkLength, whole));
      const { begin, end } = batchRange(progress.batch, data.train.count, batchSize);
      const examples = end - begin;
      const places = Array.from({ length: count }, (_, i) => ({
        step: progress.step + i + 1, rates: variants.map(({ optimizer, schedule }) => optimizer.learningRate * schedule(progress.step + i)),
      }));
      const learningRate = Float32Array.from(places.flatMap(({ rates }) => progress.slots.map((member) => rates[members[member]!.variant]!)));
      const rows = new Int32Array(count * orders.length * examples);
      for (let i = 0; i < count; i++) {
        orders.forEach((order, at) => rows.set(order.subarray(begin + i * examples, end + i * examples), (i * orders.length + at) * examples));
      }
      const todo = { count, rows, step: progress.step + 1, learningRate };
      if (debugNaN) before = await this.#session.snapshot();
      const result = await this.#session.run(todo);
      progress.step += count;
      progress.batch += count;
      done += count;
      pending.push({ result, todo, places, examples });
    } while (progress.batch < this.#stepsPerEpoch && done < most
      && performance.now() - began < chunkMilliseconds && !interrupted() && !isDue(gauge, progress));

    const steps: PopulationStepRecord[] = [];
    for (const { result, todo, places, examples } of pending) {
      for (const [i, { loss, gradientNorm, output }] of (await takeNumbers(result)).entries()) {
        const { step, rates } = places[i]!;
        steps.push(this.#enter(loss, gradientNorm, rates, step, examples));
        this.#record.add(output);
        if (debugNaN) await this.#locate(before, todo);
      }
    }
    // Lets messages in: a stop must be heard even where a device computes on this thread.
    await new Promise((resolve) => setImmediate(resolve));
    const milliseconds = performance.now() - began;
    this.#pace.add(milliseconds, done);
    const examples = pending.reduce((sum, group) => sum + group.places.length * group.examples, 0) * progress.slots.length;
    yield {
      kind: 'steps', steps, examplesPerSecond: (1000 * examples) / milliseconds,
      remainingSeconds: this.#pace.remaining(this.totalSteps - progress.step),
    };
    yield* this.#endings();
  }

  /** Adds to the ends of the members that diverged in this step which op made their first number that is not finite. */
  async #locate(before: Readonly<Record<string, TypedArray>>, todo: StepsToDo): Promise<void> {
    const { slots, members } = this.#progress;
    const part = <A extends TypedArray>(all: A, slot: number): A => all.slice((slot * all.length) / slots.length, ((slot + 1) * all.length) / slots.length) as A;
    for (const [slot, member] of slots.entries()) {
      const { ended } = members[member]!;
      if (ended?.reason !== 'diverged' || ended.step !== todo.step) continue;
      const alone = this.#newSession([this.#options.members[member]!]);
      const own = Object.fromEntries(Object.entries(before).map(([name, values]) => [name, part(values, slot)]));
      const rows = this.#options.orderSeed === undefined ? part(todo.rows, slot) : todo.rows;
      ended.what = `${ended.what!}. ${await alone.locate(own, { ...todo, rows, learningRate: part(todo.learningRate, slot) })}`;
      await alone.dispose();
    }
  }

  /** Members that have ended since this was last asked. */
  *#endings(): Generator<PopulationEvent, void> {
    const ended = this.#progress.members.flatMap(({ ended: end }, member) => (end === undefined || this.#told.has(member) ? [] : [{ member, end }]));
    for (const { member } of ended) this.#told.add(member);
    if (ended.length > 0) yield { kind: 'ended', members: ended };
  }

  /** Enters what a step measured, and ends the members whose numbers are no longer finite. */
  #enter(losses: ArrayLike<number | bigint>, norms: ArrayLike<number | bigint>, rates: readonly number[], step: number, examples: number): PopulationStepRecord {
    const { slots, members, epoch } = this.#progress;
    const column = (): Float64Array => new Float64Array(members.length).fill(NaN);
    const record: PopulationStepRecord = { step, epoch, loss: column(), learningRate: column(), gradientNorm: column() };
    slots.forEach((member, slot) => {
      const own = members[member]!;
      if (own.ended !== undefined) return;
      const loss = Number(losses[slot]);
      const norm = Number(norms[slot]);
      if (Number.isFinite(loss) && Number.isFinite(norm)) {
        own.epochLoss += loss * examples;
        record.loss[member] = loss;
        record.gradientNorm[member] = norm;
        record.learningRate[member] = rates[this.#options.members[member]!.variant]!;
        return;
      }
      own.ended = { reason: 'diverged', step, epoch, what: Number.isFinite(loss) ? `the gradient became ${norm}` : `the loss became ${loss}` };
    });
    return record;
  }

  /** Scores the epoch that is complete, ends the members that make no more progress, and offers the checkpoint. */
  async* #closeEpoch(signal: AbortSignal | undefined): AsyncGenerator<PopulationEvent, void, void> {
    yield* this.#measure(signal);
    if (signal?.aborted) return;
    const progress = this.#progress;
    const { slots, members } = progress;
    const began = performance.now();
    const train = this.#trainScores();
    const validation = await this.#validationScores();
    const best: number[] = [];
    const stopping: number[] = [];
    for (const [member, scores] of validation?.entries() ?? []) {
      if (scores === undefined) continue;
      const { training, metrics } = this.#variantOf(member);
      if (judge(members[member]!, progress, watchOf(training, metrics, true), scores, training.earlyStopping?.minDelta ?? 0).best) best.push(member);
      if (members[member]!.stale >= (training.earlyStopping?.patience ?? Infinity)) stopping.push(member);
    }
    const epoch = progress.epoch++;
    progress.batch = 0;
    for (const own of members) own.epochLoss = 0;
    this.#record.clear();
    const last = progress.epoch >= this.#epochs;
    const { training } = this.#variantOf(slots[0]!);
    const due = last || progress.epoch % training.checkpointEvery === 0;
    // Before early stops are entered: these members keep the weights of this moment.
    if (due || best.length > 0 || stopping.length > 0 || this.#alive().length < slots.length) await this.#read();
    for (const member of stopping) members[member]!.ended ??= { reason: 'early', step: progress.step, epoch };
    const alive = this.#alive();
    progress.finished = last || alive.length === 0;
    this.#pace.add(performance.now() - began);
    yield { kind: 'epoch', step: progress.step, epoch, train, ...(validation && { validation }) };
    yield* this.#endings();
    if (!progress.finished && alive.length <= slots.length / 2) {
      progress.slots = alive;
      await this.#settle();
    }
    const reasons: CheckpointReason[] = [];
    if (due || progress.finished) reasons.push('epoch');
    if (best.length > 0) reasons.push('best');
    if (progress.finished) reasons.push('end');
    if (reasons.length > 0) yield { kind: 'checkpoint', reasons, best: best.filter((member) => members[member]!.ended?.reason !== 'diverged'), state: this.#known() };
  }

  /** What the epoch's batches showed, as they were trained on. */
  #trainScores(): (Scores | undefined)[] {
    const { data } = this.#options;
    const { slots, members } = this.#progress;
    const { count } = this.#record;
    const truths = this.#order().map((order) => gatherTargets(data, order.subarray(0, count)));
    const scores = new Array<Scores | undefined>(members.length).fill(undefined);
    slots.forEach((member, slot) => {
      const own = members[member]!;
      if (own.ended !== undefined) return;
      const { loss, metrics } = this.#variantOf(member);
      const truth = truths[truths.length === 1 ? 0 : slot]!;
      const seen = predictionsOf(data, loss.link, this.#record.of(slot), truth, count);
      scores[member] = { loss: own.epochLoss / count, metrics: measureAll(metrics, seen) };
    });
    return scores;
  }

  async #validationScores(): Promise<(Scores | undefined)[] | undefined> {
    const { data } = this.#options;
    if (!data.validation || !this.#evaluator) return undefined;
    const { slots, members } = this.#progress;
    const evaluations = await this.#evaluator.evaluate(this.#session.weights, data.validation, (slot) => members[slots[slot]!]!.ended === undefined);
    const scores = new Array<Scores | undefined>(members.length).fill(undefined);
    slots.forEach((member, slot) => {
      const evaluation = evaluations[slot];
      if (evaluation) scores[member] = { loss: evaluation.loss, metrics: evaluation.metrics };
    });
    return scores;
  }

  dispose(): Promise<void> {
    return Promise.all([this.#session.dispose(), this.#evaluator?.dispose(), this.#options.gauge?.dispose()]).then(() => undefined);
  }
}

/** Every member's first weights and optimizer state. */
function firstState({ variants, members }: PopulationOptions): Record<StateGroup, Tensors> {
  const { model, optimizer } = variants[members[0]!.variant]!;
  const weights = members.map(({ seed, variant }) => initialize(variants[variant]!.model, seed));
  return {
    parameters: stackMembers(weights.map(({ parameters }) => parameters), model.parameters),
    buffers: stackMembers(weights.map(({ buffers }) => buffers), model.buffers),
    optimizer: stackMembers(
      members.map(({ variant }) => startingState(variants[variant]!.optimizer, model)), optimizer.initialState(model.parameters),
    ),
  };
}
