import { UserError } from '#core/graph';
import type { StateTensor } from '#core/train';
import type { CheckpointName, StoredWeights } from '../folder/checkpoints';
import type { OpenRun } from './open-run';
import { networkTitle } from './weights-source';

/**
 * The weights of a checkpoint whose loss is to be looked at.
 *
 * @throws UserError as `OpenRun.weights` does, and where they hold numbers that are not finite
 */
export function soundWeights(run: Pick<OpenRun, 'weights' | 'file' | 'parts' | 'member'>, name: CheckpointName): StoredWeights {
  const weights = run.weights(name);
  checkFinite(weights.tensors, Object.keys({ ...run.parts.model.parameters, ...run.parts.model.buffers }), `checkpoint ${name} of ${networkTitle(run.file, run.member)}`);
  return weights;
}

/** @throws UserError naming the first tensor that holds a number which is not finite */
export function checkFinite(tensors: Readonly<Record<string, Pick<StateTensor, 'data'>>>, names: readonly string[], what: string): void {
  for (const name of names) {
    const data = tensors[name]?.data as Float32Array | undefined;
    const strange = data?.reduce((count, value) => count + Number(!Number.isFinite(value)), 0) ?? 0;
    if (strange === 0) continue;
    throw new UserError('run.weights-not-finite', `The weights of ${what} are no numbers: ${strange} of the ${data!.length} entries of ${name} are NaN or infinite.`, {
      hint: 'The training diverged before. Choose an earlier checkpoint, such as best or init.',
    });
  }
}
