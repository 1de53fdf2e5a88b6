import type { PreparedDataset } from '#core/data';
import { UserError } from '#core/graph';
import type { Problem } from '#core/train';
import { splitNames, type SplitName } from './specification/schema';

/** The data set apart from its examples. */
export function problemOf({ task, exampleShape, classes, targets, targetScaling }: PreparedDataset): Problem {
  return {
    task,
    exampleShape,
    ...(classes !== undefined && { classes }),
    ...(targets !== undefined && { targets }),
    ...(targetScaling && { targetScaling }),
  };
}

/** Examples of a part. @throws UserError when the data have no such part */
export function partOf(data: PreparedDataset, split: SplitName) {
  const part = data[split];
  if (part && part.count > 0) return part;
  throw new UserError('run.no-part', `The data have no ${split} part.`, {
    hint: `There are: ${presentParts(data).join(', ')}. The shares are set in data.split.`,
  });
}

/** So many examples of a part, drawn with a seed; null, which takes all, where it has no more than are asked for. */
export const subsetOf = ({ count: all }: { readonly count: number }, count: number | null, seed: number): { count: number; seed: number } | null =>
  count === null || count >= all ? null : { count, seed };

export function presentParts(data: PreparedDataset): SplitName[] {
  return splitNames.filter((name) => (data[name]?.count ?? 0) > 0);
}
