import { UserError } from '#core/graph';
import type { StateTensor } from '#core/train';

/** @throws UserError naming the first tensor that holds a number which is not finite */
export function checkFinite(tensors: Readonly<Record<string, Pick<StateTensor, 'data'>>>, names: readonly string[], what: string): void {
  for (const name of names) {
    const data = tensors[name]?.data as Float32Array | undefined;
    const strange = data?.reduce((count, value) => count + Number(!Number.isFinite(value)), 0) ?? 0;
    if (strange === 0) continue;
    throw new UserError('surface.weights', `The weights of ${what} are no numbers: ${strange} of the ${data!.length} entries of ${name} are NaN or infinite.`, {
      hint: 'The training diverged before. Choose an earlier checkpoint, such as best or init.',
    });
  }
}
