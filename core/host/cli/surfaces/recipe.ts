import { programName, recipeInFile, requestFromRecipe, runOfRecipe, type OpenRun, type SurfaceRequest } from '#core/runs';
import type { OpenedWith } from '../opened';
import { openNamed } from './named';

/** `--recipe FILE`: the run and the request that make its picture again. */
export async function fromRecipeFile(path: string, named: string | undefined, options: OpenedWith): Promise<{ run: OpenRun; request: SurfaceRequest }> {
  const recipe = recipeInFile(path);
  const run = await openOfRecipe(recipe, named, options);
  return { run, request: await requestFromRecipe(run, recipe, { program: programName }) };
}

/** The run that a recipe names, or one that is given in its place, on the recipe's device where no other is asked for. */
export const openOfRecipe = ({ run, device }: { run: Parameters<typeof runOfRecipe>[0]['run']; device: string }, named: string | undefined, options: OpenedWith): Promise<OpenRun> =>
  openNamed(named ?? runOfRecipe({ run }).folder, { ...options, device: options.device ?? device, ...(run.member !== undefined && { member: run.member }) });
