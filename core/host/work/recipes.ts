import { statSync } from 'node:fs';
import { UserError } from '#core/graph';
import { programName, recipeInFile, requestFromRecipe, runOfRecipe, type OpenRun, type SurfaceRequest } from '#core/runs';

/** What makes a file's picture again: the run's id, the member of a population, the request. */
export interface RecipeFound {
  run: string;
  member: number | undefined;
  request: SurfaceRequest;
}

/**
 * The run and the request of the recipe in a file; `null` for a file without one, which is something else.
 *
 * @throws UserError when there is a recipe that cannot be followed here, with what differs
 */
export async function recipeWork(path: string, open: (run: { folder: string; member: number | undefined }) => Promise<OpenRun>, signal: AbortSignal | undefined): Promise<RecipeFound | null> {
  const recipe = recipeOrNull(path);
  if (recipe === null) return null;
  const { id, folder } = runOfRecipe(recipe);
  const { member } = recipe.run;
  const request = await requestFromRecipe(await open({ folder, member }), recipe, { program: programName, ...(signal && { signal }) });
  return { run: id, member, request };
}

function recipeOrNull(path: string): ReturnType<typeof recipeInFile> | null {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return null;
  try {
    return recipeInFile(path);
  } catch (error) {
    if (error instanceof UserError && error.code === 'landscape.recipe.none') return null;
    throw error;
  }
}
