import { isDeepStrictEqual } from 'node:util';
import { UserError } from '#core/graph';
import { curvatureQuantities, type SurfaceRecipe, type WeightsReference } from '#core/landscape';
import type { OpenRun } from '../evaluation/open-run';
import type { CheckpointName } from '../folder/checkpoints';
import { findRuns, type FoundRun } from '../registry';
import { surfaceRequestSchema, type SurfaceRequest } from './request';
import { setUpSurface } from './setup';

/**
 * The run that a recipe names, wherever it lies here.
 *
 * @throws UserError when there is none
 */
export function runOfRecipe({ run }: SurfaceRecipe): FoundRun {
  const found = findRuns().find(({ file }) => file.id === run.id);
  if (found) return found;
  throw new UserError('surface.recipe.run', `The recipe is of run "${run.name ?? run.id}" (${run.id}), which is not here.`, {
    hint: 'Copy the run\'s folder to the runs\' folder, or, on the command line, name the run that has these weights.',
  });
}

/** What a person would have asked for to get this recipe. */
export function requestOfRecipe({ plane, grid, split, subset, batchNorm, run, around, quantities, curvature }: SurfaceRecipe): SurfaceRequest {
  if (around) {
    throw new UserError('surface.recipe.slice', `The recipe is a slice of a series: its directions are those of checkpoint ${around.checkpoint}.`, { hint: 'Compute the series: Over training in the window, --over-checkpoints on the command line.' });
  }
  const { kind: _, to, of, orthogonal: _orthogonal, axes: _axes, seed, which, tolerance, maxIterations, radius, steps, with: joint, align, file, hash, count: _count, ...rest } = { seed: subset?.seed ?? 0, ...plane } as Record<string, unknown> & { seed: number; kind: string; hash?: string; to?: WeightsReference; of?: WeightsReference[]; with?: WeightsReference[]; align?: { seed: number } };
  const others = (of ?? joint ?? (to ? [to] : [])).map(({ run: id, checkpoint, member }) => ({ run: id, checkpoint: checkpointOf(checkpoint), ...(member !== undefined && { member }) }));
  // A line's second range is of no account, but has to be one.
  const y = grid.y.from < grid.y.to ? ([grid.y.from, grid.y.to] as const) : ([-1, 1] as const);
  return surfaceRequestSchema.parse({
    ...rest,
    ...(plane.kind === 'eigenvectors' && { eigenvectors: { which, tolerance, maxIterations } }),
    ...(plane.kind === 'ascent' && { ascent: { radius, steps } }),
    ...(plane.kind === 'vectors' && { vectors: { kept: hash, name: file } }),
    plane: plane.kind,
    others,
    align: align !== undefined,
    seed: align?.seed ?? seed,
    grid: [grid.x.count, grid.y.count, ...(grid.z ? [grid.z.count] : [])],
    range: { x: [grid.x.from, grid.x.to], y, ...(grid.z && { z: [grid.z.from, grid.z.to] }) },
    quantities: quantities.filter((name) => curvatureQuantities.some((each) => each === name)),
    perClass: quantities.some((name) => name.startsWith('loss/')),
    ...(curvature && { tolerance: curvature.tolerance, maxIterations: curvature.maxIterations, products: curvature.products }),
    split,
    subset: subset?.count ?? null,
    checkpoint: checkpointOf(run.checkpoint ?? 'last'),
    batchNorm,
  });
}

const checkpointOf = (text: string): CheckpointName => (/^\d+$/.test(text) ? Number(text) : (text as 'init' | 'last' | 'best'));

/**
 * The request that makes a recipe's picture again on this run: bit for bit on the recipe's device.
 *
 * @param on a run that is given in place of the one that the recipe names
 * @throws UserError that says what differs: the weights, or what this run makes of the request
 */
export async function requestFromRecipe(on: OpenRun, recipe: SurfaceRecipe, options: { program: string; signal?: AbortSignal }): Promise<SurfaceRequest> {
  const request = requestOfRecipe(recipe);
  const made = (await setUpSurface(on, request, options)).recipe;
  if (made.run.fingerprint !== recipe.run.fingerprint) {
    throw new UserError('surface.recipe.weights', `The weights differ: the recipe is of ${recipe.run.fingerprint}, run "${on.file.name}" has ${made.run.fingerprint} at ${String(request.checkpoint)}.`, {
      hint: 'The run was trained on, or it is another one. The same options without the recipe make the picture of these weights.',
    });
  }
  // Where a run lies and what it is called makes no difference, nor does the version of the program.
  const parts = ({ run: { checkpoint, fingerprint, member }, program: _program, device: _device, ...rest }: SurfaceRecipe): Record<string, unknown> => ({ ...rest, run: { checkpoint, fingerprint, member } });
  const [asked, found] = [parts(recipe), parts(made)];
  const different = [...new Set([...Object.keys(asked), ...Object.keys(found)])].filter((key) => !isDeepStrictEqual(plain(asked[key]), plain(found[key])));
  if (different.length > 0) {
    throw new UserError('surface.recipe.differs', `This run makes another picture of the recipe: ${different.map((key) => `${key} is ${JSON.stringify(found[key])}, not ${JSON.stringify(asked[key])}`).join('; ')}.`);
  }
  return request;
}

/** As JSON keeps it: what is undefined is not there. */
const plain = (value: unknown): unknown => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)));
