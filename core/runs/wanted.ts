import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { nonFinite, type TrainerState } from '#core/train';
import type { RunPaths } from './folder/paths';
import { storageError } from './folder/storage-error';

/**
 * Asks the training at work in a run's folder, in whatever process it is, for a checkpoint between two steps. It is answered where
 * {@link isWanted} no longer holds.
 */
export function wantCheckpoint({ wanted }: RunPaths): void {
  try {
    writeFileSync(wanted, '');
  } catch (error) {
    throw storageError(wanted, error);
  }
}

/** Whether somebody waits for a checkpoint. */
export const isWanted = ({ wanted }: RunPaths): boolean => existsSync(wanted);

/** The checkpoint is there, or is not waited for any more. */
export const forgetWanted = ({ wanted }: RunPaths): void => rmSync(wanted, { force: true });

/** Between two steps of the training: writes the checkpoint that is waited for, unless a weight is no longer finite (the next step then says so). */
export async function answerWanted(paths: RunPaths, take: () => Promise<TrainerState>, write: (state: TrainerState) => void): Promise<void> {
  if (!isWanted(paths)) return;
  const state = await take();
  if (nonFinite({ ...state.parameters, ...state.buffers }) === undefined) write(state);
  forgetWanted(paths);
}
