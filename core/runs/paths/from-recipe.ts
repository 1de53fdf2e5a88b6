import { UserError } from '#core/graph';
import type { PathRecipe } from '#core/landscape';
import type { OpenRun } from '../evaluation/open-run';
import { checkpointOf, checkSameRecipe, checkSameWeights } from '../recipes';
import { asRequested } from '../surfaces/weights';
import { pathRequestSchema, type PathRequest } from './request';
import { setUpPath } from './setup';

/** What a person would have asked for to get this recipe. */
function requestOfRecipe({ run, to, kind, align, seed, training, band, points, splits, subset }: PathRecipe): PathRequest {
  return pathRequestSchema.parse({
    to: asRequested(to),
    kind,
    align,
    checkpoint: checkpointOf(run.checkpoint),
    ...training,
    ...band,
    points,
    splits,
    subset: subset?.count ?? null,
    seed,
  });
}

/**
 * The request that makes a recipe's path again on this run: bit for bit on the recipe's device.
 *
 * @param on a run that is given in place of the one that the recipe names
 * @throws UserError that says what differs: the weights at an end, or what this run makes of the request
 */
export function requestFromPathRecipe(on: OpenRun, recipe: PathRecipe, options: { program: string }): PathRequest {
  const request = requestOfRecipe(recipe);
  const made = setUpPath(on, request, options).recipe;
  checkSameWeights(recipe, made, on.file.name, request.checkpoint);
  if (made.to.fingerprint !== recipe.to.fingerprint) {
    throw new UserError('path.recipe.weights', `The weights at the other end differ: the recipe leads to ${recipe.to.fingerprint}, "${made.to.name}" is ${made.to.fingerprint}.`, {
      hint: 'That run was trained on, or it is another one. The same options without the recipe find the path to these weights.',
    });
  }
  // What the other run is called makes no difference.
  checkSameRecipe({ ...recipe, to: { ...recipe.to, name: made.to.name } }, made);
  return request;
}
