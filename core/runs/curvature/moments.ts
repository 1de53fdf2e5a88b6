import { UserError } from '#core/graph';
import type { OpenRun } from '../evaluation/open-run';
import { evenly } from '../evenly';
import type { CurvatureMoment } from './report';
import type { CurvatureRequest } from './request';

/**
 * The checkpoints of a run up to a step, the first weights included, in order: all of them, or so many of them evenly spread, first and last
 * included.
 *
 * @throws UserError when there are fewer than two
 */
export function momentsOf(run: OpenRun, last: number, over: NonNullable<CurvatureRequest['over']>): CurvatureMoment[] {
  const steps = run.trajectorySteps().filter((step) => step > 0 && step <= last);
  const all: CurvatureMoment['checkpoint'][] = ['init', ...steps];
  if (all.length < 2) {
    throw new UserError('curvature.path', `The run has no checkpoints on the way to step ${last}.`, { hint: 'They are kept after each epoch; a run that was imported or has just begun has none.' });
  }
  return evenly(all, over === 'all' ? all.length : over).map((checkpoint): CurvatureMoment => {
    const { step, epoch, loss } = run.weights(checkpoint);
    return { checkpoint, step, epoch, ...(loss !== undefined && { loss }) };
  });
}
