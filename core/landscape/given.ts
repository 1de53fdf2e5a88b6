import { UserError } from '#core/graph';
import { z } from 'zod';
import { type Direction, innerProduct, normalizeDirection, orthogonalize } from './directions';
import type { LandscapeParameter } from './problem';
import type { Normalization } from './recipe';

/** The eigenvalue of an axis that is an eigenvector of the loss's Hessian. Some eigenvalue lies within the residual of the value. */
export const axisEigenvalueSchema = z.object({
  label: z.string().describe('lambda_1, lambda_2 from the largest down; lambda_min for the smallest'),
  value: z.number(),
  residual: z.number().describe('|H v - value v| of the unit vector v'),
  converged: z.boolean().describe('the residual is below the tolerance that was asked for'),
});
export type AxisEigenvalue = z.infer<typeof axisEigenvalueSchema>;

export const ascentEndSchema = z.object({ distance: z.number(), loss: z.number() });
export type AscentEnd = z.infer<typeof ascentEndSchema>;

/** Directions that were found elsewhere: eigenvectors of a curvature, the way of an ascent, a person's own. */
export interface GivenDirections {
  readonly directions: readonly [Direction, ...Direction[]];
  /** One for each direction, where these are eigenvectors. */
  readonly eigenvalues?: readonly AxisEigenvalue[];
  /** Where the way of an ascent (the first direction) ended: how far, and how high. */
  readonly ascent?: AscentEnd;
}

/** Directions closer to the span of the others than this (sine of the angle) add none that float32 could hold. */
export const SMALLEST_ANGLE = 1e-4;

/** @throws UserError where a direction lies in the span of the others */
export function checkRank(directions: GivenDirections['directions']): void {
  const found: Direction[] = [];
  for (const direction of directions) {
    const beside = found.reduce(orthogonalize, direction);
    if (!(innerProduct(beside, beside) > SMALLEST_ANGLE ** 2 * innerProduct(direction, direction))) {
      throw found.length === 1
        ? new UserError('landscape.rank', 'the two directions lie on one line, so they span no plane (rank one)', { hint: 'Look along the line, or choose other directions.' })
        : new UserError('landscape.rank', 'the three directions lie in one plane, so they span no volume (rank two)', { hint: 'Look at the plane, or choose other directions.' });
    }
    found.push(beside);
  }
}

/** The directions as a plane takes them, scaled as asked. */
export function scaleGiven({ directions: [first, ...others] }: GivenDirections, parameters: Readonly<Record<string, LandscapeParameter>>, normalization: Normalization): GivenDirections['directions'] {
  const scale = (direction: Direction): Direction => normalizeDirection(direction, parameters, normalization);
  return [scale(first), ...others.map(scale)];
}
