import { readFileSync } from 'node:fs';
import { UserError } from '#core/graph';
import { readPathRecipes, readRecipes, type PathRecipe, type SurfaceRecipe } from '#core/landscape';

/**
 * The recipe of a surface in a file that was exported with one.
 *
 * @throws UserError when the file cannot be read, holds no recipe (`landscape.recipe.none`), several, or a damaged or newer one
 */
export const recipeInFile = (path: string): SurfaceRecipe => only(readRecipes(read(path), path), path);

/** The same of a path between two weights. */
export const pathRecipeInFile = (path: string): PathRecipe => only(readPathRecipes(read(path), path), path);

function only<R>([recipe, ...others]: readonly R[], path: string): R {
  if (others.length > 0) throw new UserError('surface.recipe.several', `${path} holds ${others.length + 1} recipes; one picture is made from one.`, { hint: 'Give the recipe.json of one of the surfaces.' });
  return recipe!;
}

function read(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new UserError('surface.recipe.unread', `${path} cannot be read.`, { cause });
  }
}
