import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { UserError } from '#core/graph';
import { readSafetensors, writeSafetensors } from '#core/nn';
import type { PopulationState, StateTensor, TrainerState } from '#core/train';
import { writeAtomically } from './atomic-write';
import type { RunPaths } from './paths';

type Tensors = Record<string, StateTensor>;

/** Weights as a file holds them: parameters and buffers under PyTorch's names. */
export interface StoredWeights {
  tensors: Tensors;
  step: number;
  /** Epochs done, fractions included. */
  epoch: number;
  /** Loss of the epoch that ended here, on the validation part where there is one. */
  loss?: number;
}

/** Where a training stands, and how long the metrics file was then. */
export interface StoredState<State extends TrainerState | PopulationState = TrainerState> {
  state: State;
  metricsBytes: number;
}

/** `init`, `last`, `best`, or the step of a kept checkpoint. */
export type CheckpointName = 'init' | 'last' | 'best' | number;

const groups = ['parameters', 'buffers', 'optimizer', 'epoch'] as const;

/** Weights as the bytes of their file. */
export function weightsBytes({ tensors, step, epoch, loss }: StoredWeights): Uint8Array {
  return writeSafetensors(tensors, { format: 'pt', step: String(step), epoch: String(epoch), ...(loss !== undefined && { loss: String(loss) }) });
}

export function writeWeights(path: string, weights: StoredWeights, options: { durable?: boolean } = {}): void {
  writeAtomically(path, weightsBytes(weights), options);
}

/** @throws UserError when the file is missing or damaged */
export function readWeights(path: string): StoredWeights {
  const { tensors, metadata } = readSafetensors(read(path), path);
  const { step, epoch, loss } = metadata;
  return {
    tensors: tensors as Tensors,
    step: Number(step ?? 0),
    epoch: Number(epoch ?? 0),
    ...(loss !== undefined && { loss: Number(loss) }),
  };
}

/** Writes the state to resume from, then removes the older ones. */
export function writeState(paths: RunPaths, { state, metricsBytes }: StoredState<TrainerState | PopulationState>): void {
  const tensors: Tensors = {};
  for (const group of groups) {
    for (const [name, tensor] of Object.entries(state[group])) tensors[`${group}.${name}`] = tensor;
  }
  const { step } = state.progress;
  writeAtomically(
    paths.state(step),
    writeSafetensors(tensors, { progress: JSON.stringify(state.progress), metricsBytes: String(metricsBytes) }),
  );
  for (const other of stateSteps(paths)) if (other !== step) rmSync(paths.state(other), { force: true });
}

/** The newest state that is whole; a state that a power cut damaged is passed over. */
export function readNewestState<State extends TrainerState | PopulationState = TrainerState>(paths: RunPaths): StoredState<State> | undefined {
  for (const step of stateSteps(paths).sort((a, b) => b - a)) {
    const bytes = read(paths.state(step));
    try {
      return decodeState<State>(bytes, paths.state(step));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
    }
  }
  return undefined;
}

function decodeState<State extends TrainerState | PopulationState>(bytes: Uint8Array, path: string): StoredState<State> {
  const { tensors, metadata } = readSafetensors(bytes, path);
  const tree: Record<(typeof groups)[number], Tensors> = { parameters: {}, buffers: {}, optimizer: {}, epoch: {} };
  for (const [name, tensor] of Object.entries(tensors)) {
    const dot = name.indexOf('.');
    const group = groups.find((each) => each === name.slice(0, dot));
    if (group) tree[group][name.slice(dot + 1)] = tensor as StateTensor;
  }
  // Which kind of progress it is, its run knows: a folder holds states of one kind.
  const state = { progress: JSON.parse(metadata['progress'] ?? '') as unknown, ...tree } as State;
  return { state, metricsBytes: Number(metadata['metricsBytes']) };
}

function stateSteps(paths: RunPaths): number[] {
  return numbered(paths.checkpoints, /^state-(\d+)\.safetensors$/);
}

/** Steps whose weights are kept for the path of the training, in order. */
export function trajectorySteps(paths: RunPaths): number[] {
  return numbered(paths.trajectory, /^(\d+)\.safetensors$/);
}

function numbered(folder: string, pattern: RegExp): number[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .flatMap((name) => (pattern.exec(name)?.[1] === undefined ? [] : [Number(pattern.exec(name)?.[1])]))
    .sort((a, b) => a - b);
}

/** Removes what was written after the state that a training goes on from, and what a killed process left half-written. */
export function removeLater(paths: RunPaths, step: number): void {
  for (const later of trajectorySteps(paths)) if (later > step) rmSync(paths.trajectoryStep(later), { force: true });
  for (const folder of [paths.folder, paths.checkpoints, paths.trajectory]) {
    if (!existsSync(folder)) continue;
    for (const name of readdirSync(folder)) if (name.endsWith('.tmp')) rmSync(`${folder}/${name}`, { force: true });
  }
}

export function makeCheckpointFolders(paths: RunPaths): void {
  mkdirSync(paths.trajectory, { recursive: true });
}

/**
 * The file of a checkpoint. Without a validation part no epoch is better than another: `best` is then the last.
 *
 * @param of whose it is, for messages
 * @throws UserError naming the checkpoints there are
 */
export function checkpointPath(paths: RunPaths, name: CheckpointName, of?: string): string {
  const path = typeof name === 'number' ? paths.trajectoryStep(name) : paths.weights(name);
  if (existsSync(path)) return path;
  if (name === 'best' && existsSync(paths.weights('last'))) return paths.weights('last');
  const there = (['init', 'last', 'best'] as const).filter((each) => existsSync(paths.weights(each)));
  const steps = trajectorySteps(paths);
  throw new UserError('run.no-checkpoint', `${paths.folder} has no checkpoint "${name}"${of === undefined ? '' : ` of ${of}`}.`, {
    hint: there.length + steps.length === 0
      ? 'The run has not been started yet.'
      : `There are: ${[...there, ...steps].join(', ')}.`,
  });
}

function read(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      throw new UserError('run.file-missing', `${path} is missing.`, { hint: 'Was it removed by hand? Resume from an earlier copy, or start the run anew.', cause: error });
    }
    throw error;
  }
}
