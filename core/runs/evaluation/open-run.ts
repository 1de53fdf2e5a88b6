import { loadDataset, type DataSpecification, type PreparedDataset } from '#core/data';
import { UserError } from '#core/graph';
import type { CompileOptions } from '#core/runtime';
import { composeRun, type RunParts } from '../compose';
import { chooseDevice } from '../device';
import { usualCheckpoint } from '../usual-checkpoint';
import { checkpointPath, readWeights, type CheckpointName, type StoredWeights } from '../folder/checkpoints';
import { runPaths, type RunPaths } from '../folder/paths';
import { readRunFile, type RunFile } from '../folder/run-file';
import { storedSpecification } from '../specification/stored';

export interface OpenOptions {
  device?: string;
  threads?: number;
  signal?: AbortSignal;
  /** Where the caller keeps data sets that were read. */
  load?: (specification: DataSpecification) => Promise<PreparedDataset>;
}

/** A run with its data and network, ready to be asked. */
export interface OpenRun {
  paths: RunPaths;
  file: RunFile;
  data: PreparedDataset;
  parts: RunParts;
  compile: CompileOptions;
  /** What is meant where no checkpoint is named: the best of a run that stops early, else the last. */
  usualCheckpoint: CheckpointName;
  /** The weights of a checkpoint; they fit the network. @throws UserError when there is no such checkpoint */
  weights(name: CheckpointName): StoredWeights;
}

/**
 * Reads a run's description and its data, and builds its network.
 *
 * @throws UserError when the folder is no run, or its data are gone or have changed
 */
export async function openRun(folder: string, options: OpenOptions = {}): Promise<OpenRun> {
  const paths = runPaths(folder);
  const file = readRunFile(folder);
  const specification = storedSpecification(file);
  const { load, signal } = options;
  const data = await (load ? load(specification.data) : loadDataset(specification.data, signal ? { signal } : {}));
  if (file.dataset && file.dataset.fingerprint !== data.fingerprint) {
    throw new UserError('run.data-changed', `The data of run "${file.name}" has changed since it was trained.`, {
      hint: 'Put the old file back, or name the new one with --data to judge the network on it.',
    });
  }
  const parts = composeRun(specification, data);
  const device = await chooseDevice(options.device ?? specification.device);
  return {
    paths,
    file,
    data,
    parts,
    usualCheckpoint: usualCheckpoint(specification),
    compile: { device: device.id, ...(options.threads ? { threads: options.threads } : {}) },
    weights(name) {
      const path = checkpointPath(paths, name);
      const weights = readWeights(path);
      checkFit(path, weights, parts);
      return weights;
    },
  };
}

function checkFit(path: string, { tensors }: StoredWeights, { model }: RunParts): void {
  for (const [name, { shape }] of Object.entries({ ...model.parameters, ...model.buffers })) {
    const given = tensors[name]?.shape;
    if (given?.join() === shape.join()) continue;
    throw new UserError('run.weights-unfit', `${path} does not fit the run's model: ${name} is ${given ? `[${given.join(', ')}]` : 'missing'}, not [${shape.join(', ')}].`);
  }
}
