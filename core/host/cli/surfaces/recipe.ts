import { readFileSync } from 'node:fs';
import { UserError } from '#core/graph';
import { readRecipes } from '#core/landscape';
import { programName, requestFromRecipe, runOfRecipe, type OpenRun, type SurfaceRequest } from '#core/runs';
import { checkOutputFile } from '../output-file';
import { openNamed } from './named';

/** `--recipe FILE`: the run and the request that make its picture again. */
export async function fromRecipeFile(path: string, named: string | undefined, options: { out: string; member?: number | 'best'; device?: string; threads?: number }): Promise<{ run: OpenRun; request: SurfaceRequest }> {
  checkOutputFile(options.out);
  const [recipe, ...others] = readRecipes(read(path), path);
  if (others.length > 0) throw new UserError('surface.recipe.several', `${path} holds ${others.length + 1} recipes; one picture is made from one.`, { hint: 'Give the recipe.json of one of the surfaces.' });
  const { member } = recipe!.run;
  const run = await openNamed(named ?? runOfRecipe(recipe!).folder, { ...options, device: options.device ?? recipe!.device, ...(member !== undefined && { member }) });
  return { run, request: await requestFromRecipe(run, recipe!, { program: programName }) };
}

function read(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new UserError('surface.recipe.unread', `${path} cannot be read.`, { cause });
  }
}
