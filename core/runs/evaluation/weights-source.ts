import { existsSync } from 'node:fs';
import { UserError } from '#core/graph';
import { memberTensors } from '#core/train';
import { checkpointPath, readWeights, trajectorySteps, type CheckpointName, type StoredWeights } from '../folder/checkpoints';
import { runPaths, type RunPaths } from '../folder/paths';
import type { RunFile } from '../folder/run-file';
import { membersOf } from '../population/member-choice';
import type { MemberEntry } from '../population/members-file';

/** What messages call a network: `run "digits"`, `member 3 of run "sweep"`. */
export const networkTitle = ({ name }: Pick<RunFile, 'name'>, member?: number): string => `${member === undefined ? '' : `member ${member} of `}run "${name}"`;

/** The checkpoints of one network, wherever they lie. */
export interface WeightsSource {
  /** Steps whose weights are kept for the path of the training, in order. */
  trajectorySteps(): number[];
  /** @throws UserError naming run, checkpoint and file when it is missing, though the run tells of it, or damaged */
  read(name: CheckpointName): StoredWeights;
}

/** @param member of a population */
export const weightsSource = (paths: RunPaths, file: RunFile, member?: MemberEntry): WeightsSource => (member ? memberWeights(paths, file, member) : wholeWeights(paths, file));

const wholeWeights = (paths: RunPaths, file: RunFile): WeightsSource => ({
  trajectorySteps: () => trajectorySteps(paths),
  read(name) {
    if (file.state === 'finished') checkBest(paths, name, file.best, networkTitle(file));
    return readCheckpoint(paths, name, networkTitle(file));
  },
});

/** A member's rows of its group's checkpoints. */
function memberWeights(paths: RunPaths, file: RunFile, { member, group, place }: MemberEntry): WeightsSource {
  const own = runPaths(paths.group(group));
  // Read anew with each question: the member may still be training.
  const entry = (): MemberEntry => membersOf(paths, file).members[member]!;
  const of = networkTitle(file, member);
  return {
    trajectorySteps: () => trajectorySteps(own).filter((step) => step <= entry().step),
    read(name) {
      const { step: end, epoch: endEpoch, best, state } = entry();
      if (state === 'finished' || state === 'early') checkBest(own, name, best, of);
      const { tensors, step, epoch } = readCheckpoint(own, name, of);
      const known = name === 'best' && best ? { step: best.step, epoch: best.epoch } : step > end ? { step: end, epoch: endEpoch } : { step, epoch };
      return { ...known, tensors: memberTensors(tensors, place) };
    },
  };
}

/** The last weights stand in for the best where none are better or they are not written down yet, not where a finished training's file is gone. */
function checkBest(paths: RunPaths, name: CheckpointName, best: RunFile['best'], of: string): void {
  if (name !== 'best' || best === undefined || existsSync(paths.weights('best'))) return;
  throw new UserError('run.checkpoint-missing', `The best checkpoint of ${of} (epoch ${best.epoch}, step ${best.step}) is missing: ${paths.weights('best')} is not there.`, {
    hint: 'Put the file back from a copy of the run\'s folder, or choose another checkpoint: last, or the step of a kept one.',
  });
}

function readCheckpoint(paths: RunPaths, name: CheckpointName, of: string): StoredWeights {
  const path = checkpointPath(paths, name, of);
  try {
    return readWeights(path);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError('run.checkpoint-damaged', `Checkpoint ${name} of ${of} cannot be read: ${error.message.replace(/\.$/, '')}.`, {
      hint: 'Choose another checkpoint, or put the file back from a copy of the run\'s folder.',
      cause: error,
    });
  }
}
