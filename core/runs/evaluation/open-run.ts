import { loadDataset, type DataSpecification, type PreparedDataset } from '#core/data';
import { UserError } from '#core/graph';
import type { CompileOptions } from '#core/runtime';
import { composeRun, type RunParts } from '../compose';
import { chooseDevice } from '../device';
import { usualCheckpoint } from '../usual-checkpoint';
import type { CheckpointName, StoredWeights } from '../folder/checkpoints';
import { runPaths, type RunPaths } from '../folder/paths';
import { readRunFile, type RunFile } from '../folder/run-file';
import { memberSpecification } from '../population/compose';
import { chooseMember, type MemberChoice } from '../population/member-choice';
import { isAtWork } from '../settled';
import { storedSpecification } from '../specification/stored';
import { misfit } from './misfit';
import { networkTitle, weightsSource } from './weights-source';

export interface OpenOptions {
  /** Which network of a population. */
  member?: MemberChoice;
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
  /** What is meant where no checkpoint is named: the best of a run that stops early, else the last, which of a run at work is the newest. */
  usualCheckpoint: CheckpointName;
  /** The member of a population that is meant; absent: the run is a single network. */
  member?: number;
  /** Steps whose weights are kept for the path of the training, in order. */
  trajectorySteps(): number[];
  /** The weights of a checkpoint; they fit the network. @throws UserError when there is no such checkpoint */
  weights(name: CheckpointName): StoredWeights;
}

/**
 * Reads a run's description and its data, and builds its network.
 *
 * @throws UserError when the folder is no run, its data are gone or have changed, or no member of a population is chosen
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
  const chosen = specification.population || options.member !== undefined
    ? chooseMember(paths, file, options.member)
    : undefined;
  const own = chosen ? memberSpecification(specification, chosen.entry) : specification;
  const parts = composeRun(own, data);
  const device = await chooseDevice(options.device ?? specification.device);
  const stored = weightsSource(paths, file, chosen?.entry);
  return {
    paths,
    file,
    data,
    parts,
    ...(chosen && { member: chosen.entry.member }),
    get usualCheckpoint() {
      return isAtWork({ paths }) ? 'last' : usualCheckpoint(specification);
    },
    compile: { device: device.id, ...(options.threads ? { threads: options.threads } : {}) },
    trajectorySteps: stored.trajectorySteps,
    weights(name) {
      const weights = stored.read(name);
      const unfit = misfit(parts.model, weights);
      if (unfit === undefined) return weights;
      throw new UserError('run.weights-unfit', `Checkpoint ${name} of ${networkTitle(file, chosen?.entry.member)} does not fit the run's model: ${unfit}.`, {
        hint: 'The file is of another network: put the run\'s own back, or choose another checkpoint.',
      });
    },
  };
}
