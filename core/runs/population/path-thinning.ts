import type { Training } from '#core/train';

/** Bytes that the weights along a group's path may fill: above, some epochs are left out. */
const mostBytes = 512 * 2 ** 20;

/**
 * Of so many epochs one's weights are kept for the path of the training of a group of members (besides the first and the last ones).
 *
 * @param weights numbers of one member
 */
export const pathThinning = ({ epochs, checkpointEvery }: Pick<Training, 'epochs' | 'checkpointEvery'>, members: number, weights: number): number =>
  Math.max(1, Math.ceil((Math.ceil(epochs / checkpointEvery) * members * weights * 4) / mostBytes));
