import { copyFileSync } from 'node:fs';
import { makeCheckpointFolders } from './folder/checkpoints';
import type { RunPaths } from './folder/paths';

/** Gives a new run the weights of a checkpoint to begin with. */
export function giveFirstWeights(from: string, to: RunPaths): void {
  makeCheckpointFolders(to);
  copyFileSync(from, to.weights('init'));
}
