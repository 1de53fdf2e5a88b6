import { isDeepStrictEqual } from 'node:util';
import { UserError } from '#core/graph';
import type { CheckpointName } from './folder/checkpoints';
import { findRuns, type FoundRun } from './registry';

/** What recipes of surfaces and of paths have in common. */
interface Recipe {
  readonly run: { readonly id: string; readonly name?: string | undefined; readonly checkpoint?: string | undefined; readonly member?: number | undefined; readonly fingerprint: string };
  readonly program: string;
  readonly device: string;
}

/**
 * The run that a recipe names, wherever it lies here.
 *
 * @throws UserError when there is none
 */
export function runOfRecipe({ run }: Pick<Recipe, 'run'>): FoundRun {
  const found = findRuns().find(({ file }) => file.id === run.id);
  if (found) return found;
  throw new UserError('surface.recipe.run', `The recipe is of run "${run.name ?? run.id}" (${run.id}), which is not here.`, {
    hint: 'Copy the run\'s folder to the runs\' folder, or, on the command line, name the run that has these weights.',
  });
}

/** A checkpoint as recipes spell it. */
export const checkpointOf = (text: string): CheckpointName => (/^\d+$/.test(text) ? Number(text) : (text as 'init' | 'last' | 'best'));

/** @throws UserError when a run has other weights than those that a recipe is of */
export function checkSameWeights({ run: asked }: Pick<Recipe, 'run'>, { run: found }: Pick<Recipe, 'run'>, name: string, checkpoint: CheckpointName): void {
  if (asked.fingerprint === found.fingerprint) return;
  throw new UserError('surface.recipe.weights', `The weights differ: the recipe is of ${asked.fingerprint}, run "${name}" has ${found.fingerprint} at ${String(checkpoint)}.`, {
    hint: 'The run was trained on, or it is another one. The same options without the recipe make the picture of these weights.',
  });
}

/** @throws UserError naming the parts in which what a run makes of a recipe is another one */
export function checkSameRecipe<R extends Recipe>(recipe: R, made: R): void {
  // Where a run lies and what it is called makes no difference, nor does the version of the program.
  const parts = ({ run: { checkpoint, fingerprint, member }, program: _program, device: _device, ...rest }: R): Record<string, unknown> => ({ ...rest, run: { checkpoint, fingerprint, member } });
  const [asked, found] = [parts(recipe), parts(made)];
  const different = [...new Set([...Object.keys(asked), ...Object.keys(found)])].filter((key) => !isDeepStrictEqual(plain(asked[key]), plain(found[key])));
  if (different.length === 0) return;
  throw new UserError('surface.recipe.differs', `This run makes another picture of the recipe: ${different.map((key) => `${key} is ${JSON.stringify(found[key])}, not ${JSON.stringify(asked[key])}`).join('; ')}.`);
}

/** As JSON keeps it: what is undefined is not there. */
const plain = (value: unknown): unknown => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)));
