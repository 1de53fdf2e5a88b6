import { loadDataset, type PreparedDataset } from '#core/data';
import { memberTensors, PopulationTrainer, stepsPerEpoch, type PopulationEvent, type PopulationState } from '#core/train';
import type { CompileOptions } from '#core/runtime';
import { resolveSpecification } from '../compose';
import { chooseDevice } from '../device';
import { populationFlops } from '../step-cost';
import { calibrate } from '../estimate';
import type { ExecuteOptions } from '../execute';
import { writeAtomically } from '../folder/atomic-write';
import { makeCheckpointFolders, readNewestState, readWeights, removeLater } from '../folder/checkpoints';
import { runPaths } from '../folder/paths';
import type { RunKeeper } from '../keeper';
import { gaugeOf } from '../measures/gauge';
import { noteInLog, stateInterval } from '../recorder';
import { sourceTitle } from '../source-title';
import type { RunSpecification } from '../specification/schema';
import { usualCheckpoint } from '../usual-checkpoint';
import { composePopulation, type PopulationParts } from './compose';
import { planGroups } from './groups';
import { MemberTable } from './member-table';
import { PopulationRecorder } from './recorder';
import { evaluateGroup } from './results';

/**
 * Trains a population group by group into its run's folder, from where it stands. As with a single run, one that was killed at any
 * moment ends, resumed, with the weights of one that was not.
 */
export async function trainPopulation(keeper: RunKeeper, specification: RunSpecification, options: ExecuteOptions): Promise<void> {
  const { signal, threads } = options;
  const data = options.data ?? (await loadDataset(specification.data, signal ? { signal } : {}));
  keeper.checkData(data.fingerprint);
  const parts = composePopulation(specification, data);
  const device = await chooseDevice(options.device ?? keeper.file.device?.id ?? specification.device, () => populationFlops(parts));
  const compile: CompileOptions = { device: device.id, ...(threads ? { threads } : {}) };
  const members = MemberTable.open(keeper.paths, parts, () => planGroups(parts), usualCheckpoint(specification));
  const [{ training, parameters }] = parts.combinations as [PopulationParts['combinations'][number]];
  const perGroup = stepsPerEpoch(data.train.count, training.batchSize) * training.epochs;
  const steps = perGroup * members.groups.length;
  const before = keeper.file.progress?.step ?? 0;
  keeper.save({
    task: data.task,
    specification: resolveSpecification(specification, data),
    device: { id: device.id, name: device.name },
    dataset: { fingerprint: data.fingerprint, title: sourceTitle(specification.data.source) },
    parameters,
    progress: { step: before, steps, epoch: epochOf(before, steps, training.epochs), epochs: training.epochs },
    population: members.overview(),
  });
  writeAtomically(keeper.paths.transform, `${JSON.stringify(data.transform)}\n`);
  noteInLog(keeper.paths, before > 0 ? 'resumed' : 'started', { step: before, device: device.id, members: parts.members.length });
  for (const group of members.groups.keys()) {
    if (members.isDone(group)) continue;
    const done = await new GroupExecution({ keeper, options, parts, data, compile, members, group, perGroup, orderSeed: specification.seed }).run();
    if (done === 'stopped') {
      noteInLog(keeper.paths, 'stopped', { step: keeper.progress.step });
      keeper.save({ state: 'stopped' });
      keeper.tell({ kind: 'state', state: 'stopped' });
      return;
    }
  }
  noteInLog(keeper.paths, 'finished', { step: steps });
  keeper.save({ state: 'finished', progress: { step: steps, steps, epoch: training.epochs, epochs: training.epochs }, population: members.overview() });
  keeper.tell({ kind: 'state', state: 'finished' });
}

interface GroupOptions {
  keeper: RunKeeper;
  options: ExecuteOptions;
  parts: PopulationParts;
  data: PreparedDataset;
  compile: CompileOptions;
  members: MemberTable;
  group: number;
  /** Steps of one group's training. */
  perGroup: number;
  /** Seed of the order in which all members see the data, where they share it. */
  orderSeed: number;
}

/** The training of one group of members. */
class GroupExecution {
  readonly #given: GroupOptions;
  #examplesPerSecond = NaN;

  constructor(given: GroupOptions) {
    this.#given = given;
  }

  async run(): Promise<'finished' | 'stopped'> {
    const { keeper, parts, data, compile, members, group } = this.#given;
    const { specification, training } = parts.combinations[0]!;
    const paths = runPaths(keeper.paths.group(group));
    const places = members.groups[group]!;
    const own = places.map((member) => parts.members[member]!);
    makeCheckpointFolders(paths);
    const stored = readNewestState<PopulationState>(paths);
    removeLater(paths, stored?.state.progress.step ?? -1);
    const gauge = gaugeOf({
      parts: parts.combinations,
      data,
      compile,
      partOf: (place) => own[place]!.combination,
      first: (place) => memberTensors(readWeights(paths.weights('init')).tensors, place),
    });
    const trainer = await PopulationTrainer.create({
      variants: parts.combinations,
      members: own.map(({ seed, combination }) => ({ seed, variant: combination })),
      data,
      ...(parts.population.dataOrder === 'shared' && { orderSeed: this.#given.orderSeed }),
      compile,
      ...(gauge && { gauge }),
    });
    const recorder = new PopulationRecorder(paths, {
      stepsPerEpoch: stepsPerEpoch(data.train.count, training.batchSize),
      training, totalSteps: trainer.totalSteps, members: places.length, weights: parts.combinations[0]!.parameters, metricsBytes: stored?.metricsBytes ?? 0,
    });
    try {
      if (stored) {
        await trainer.restore(stored.state);
        members.enter(group, stored.state.progress);
      }
      const reason = await this.#follow(trainer, recorder);
      if (reason === 'finished') {
        const checkpoint = usualCheckpoint(specification);
        const { tensors } = readWeights(checkpoint === 'best' && data.validation ? paths.weights('best') : paths.weights('last'));
        members.conclude(group, await evaluateGroup(parts, data, own, tensors, compile));
        calibrate(parts.combinations[0]!, compile.device, this.#examplesPerSecond / training.batchSize, 'population');
      }
      keeper.save({ population: members.overview() });
      return reason;
    } finally {
      recorder.close();
      await trainer.dispose();
    }
  }

  async #follow(trainer: PopulationTrainer, recorder: PopulationRecorder): Promise<'finished' | 'stopped'> {
    const { keeper, options: { signal, pause } } = this.#given;
    let lastState = performance.now();
    for await (const event of trainer.run({ ...(signal && { signal }), ...(pause && { pausePoint: pause.point }) })) {
      if (event.kind === 'end') {
        this.#advance(event.step, 'save');
        return event.reason;
      }
      keeper.markRunning();
      this.#record(event, trainer, recorder);
      if (event.kind === 'checkpoint') lastState = performance.now();
      else if (event.kind === 'steps' && performance.now() - lastState > stateInterval) {
        recorder.state(await trainer.state());
        lastState = performance.now();
      }
    }
    throw new Error('the training ended without an end');
  }

  #record(event: Exclude<PopulationEvent, { kind: 'end' }>, trainer: PopulationTrainer, recorder: PopulationRecorder): void {
    const { keeper, parts, data, members, group, perGroup } = this.#given;
    const { training } = parts.combinations[0]!;
    switch (event.kind) {
      case 'steps': {
        this.#examplesPerSecond = event.examplesPerSecond;
        const offset = group * perGroup;
        keeper.tell({ kind: 'steps', records: recorder.steps(event.steps).map((record) => ({ ...record, step: record.step + offset, epoch: record.epoch + group * training.epochs })) });
        const perSecond = (event.examplesPerSecond * perGroup) / (training.epochs * data.train.count * trainer.progress.slots.length);
        const left = (members.groups.length - 1 - group) * perGroup;
        keeper.tell({ kind: 'speed', examplesPerSecond: event.examplesPerSecond, stepsPerSecond: perSecond, remainingSeconds: event.remainingSeconds + left / perSecond });
        break;
      }
      case 'epoch': {
        const record = recorder.epoch(event);
        members.enter(group, trainer.progress, event);
        keeper.tell({ kind: 'epochs', records: [{ ...record, step: record.step + group * perGroup, epoch: record.epoch + group * training.epochs }] });
        this.#advance(event.step, 'note');
        break;
      }
      case 'measures':
        keeper.tell({ kind: 'measures', records: recorder.measures(event).map((record) => ({ ...record, step: record.step + group * perGroup, epoch: record.epoch + group * training.epochs })) });
        break;
      case 'ended':
        for (const { member, end } of event.members) {
          const { reason, step, what } = end;
          noteInLog(keeper.paths, reason === 'early' ? 'member stopped early' : 'member diverged', { member: members.groups[group]![member]!, step, ...(what !== undefined && { what }) });
        }
        break;
      case 'checkpoint': {
        recorder.checkpoint(event);
        if (event.reasons.includes('pause')) {
          const step = event.state.progress.step + group * perGroup;
          keeper.markPaused(step, epochOf(step, perGroup * members.groups.length, training.epochs));
        }
      }
    }
  }

  #advance(step: number, how: 'save' | 'note'): void {
    const { keeper, parts, members, group, perGroup } = this.#given;
    const done = group * perGroup + step;
    const { epochs } = parts.combinations[0]!.training;
    keeper[how]({ progress: { ...keeper.progress, step: done, epoch: epochOf(done, perGroup * members.groups.length, epochs) }, population: members.overview() });
    members.save(how === 'save');
  }
}


/** Epochs done, all groups together as one training. */
const epochOf = (step: number, steps: number, epochs: number): number => (steps === 0 ? 0 : (step / steps) * epochs);
