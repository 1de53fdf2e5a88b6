import type { BuildContext } from '#core/nn';

/** Numbers that are predicted for one example: the targets, or for reconstruction the example's own. */
export const targetsOf = ({ task, exampleShape, targets = 1 }: BuildContext): number =>
  task === 'reconstruction' ? exampleShape.reduce((a, b) => a * b, 1) : targets;
