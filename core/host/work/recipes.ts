import { statSync } from 'node:fs';
import { UserError } from '#core/graph';
import { pathRecipeInFile, programName, recipeInFile, requestFromPathRecipe, requestFromRecipe, runOfRecipe, type OpenRun, type PathRequest, type SurfaceRequest } from '#core/runs';

/** What makes a file's picture again: the run's id, the member of a population, the request. */
export interface RecipeFound<Request> {
  run: string;
  member: number | undefined;
  request: Request;
}

type Open = (run: { folder: string; member: number | undefined }) => Promise<OpenRun>;

/**
 * The run and the request of a surface's recipe in a file; `null` for a file without one, which is something else.
 *
 * @throws UserError when there is a recipe that cannot be followed here, with what differs
 */
export const recipeWork = (path: string, open: Open, signal: AbortSignal | undefined): Promise<RecipeFound<SurfaceRequest> | null> =>
  follow(path, recipeInFile, open, (run, recipe) => requestFromRecipe(run, recipe, { program: programName, ...(signal && { signal }) }));

/** The same of a path between two weights. */
export const pathRecipeWork = (path: string, open: Open): Promise<RecipeFound<PathRequest> | null> =>
  follow(path, pathRecipeInFile, open, (run, recipe) => requestFromPathRecipe(run, recipe, { program: programName }));

async function follow<Recipe extends { run: Parameters<typeof runOfRecipe>[0]['run'] }, Request>(path: string, read: (path: string) => Recipe, open: Open, request: (run: OpenRun, recipe: Recipe) => Request | Promise<Request>): Promise<RecipeFound<Request> | null> {
  const recipe = recipeOrNull(path, read);
  if (recipe === null) return null;
  const { id, folder } = runOfRecipe(recipe);
  const { member } = recipe.run;
  return { run: id, member, request: await request(await open({ folder, member }), recipe) };
}

function recipeOrNull<Recipe>(path: string, read: (path: string) => Recipe): Recipe | null {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return null;
  try {
    return read(path);
  } catch (error) {
    if (error instanceof UserError && error.code === 'landscape.recipe.none') return null;
    throw error;
  }
}
