import { programName, recipeInFile, requestFromRecipe, runOfRecipe, type OpenRun, type SurfaceRequest } from '#core/runs';
import { checkOutputFile } from '../output-file';
import { openNamed } from './named';

/** `--recipe FILE`: the run and the request that make its picture again. */
export async function fromRecipeFile(path: string, named: string | undefined, options: { out: string; member?: number | 'best'; device?: string; threads?: number }): Promise<{ run: OpenRun; request: SurfaceRequest }> {
  checkOutputFile(options.out);
  const recipe = recipeInFile(path);
  const { member } = recipe.run;
  const run = await openNamed(named ?? runOfRecipe(recipe).folder, { ...options, device: options.device ?? recipe.device, ...(member !== undefined && { member }) });
  return { run, request: await requestFromRecipe(run, recipe, { program: programName }) };
}
