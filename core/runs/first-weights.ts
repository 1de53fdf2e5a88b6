import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { UserError } from '#core/graph';
import { beginWith, type Module, type WeightsReport } from '#core/nn';
import { makeCheckpointFolders } from './folder/checkpoints';
import type { RunPaths } from './folder/paths';
import type { RunSpecification } from './specification/schema';

/** Gives a new run the weights of a checkpoint to begin with. */
export function giveFirstWeights(from: string, to: RunPaths): void {
  makeCheckpointFolders(to);
  copyFileSync(from, to.weights('init'));
}

/** The network with the first weights that the specification names. @throws UserError where the file does not fit it */
export function withFirstWeights(model: Module, { file, partial }: NonNullable<RunSpecification['weights']>): { module: Module; report: WeightsReport } {
  if (!existsSync(file)) throw new UserError('weights.missing', `${file} does not exist.`, { hint: 'Name a safetensors file.' });
  return beginWith(model, readFileSync(file), basename(file), { partial });
}
