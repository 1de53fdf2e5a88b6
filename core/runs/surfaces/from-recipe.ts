import { UserError } from '#core/graph';
import { curvatureQuantities, type SurfaceRecipe, type WeightsReference } from '#core/landscape';
import type { OpenRun } from '../evaluation/open-run';
import { checkpointOf, checkSameRecipe, checkSameWeights } from '../recipes';
import { surfaceRequestSchema, type SurfaceRequest } from './request';
import { namedSteps } from './path-gaps';
import { setUpSurface } from './setup';
import { asRequested } from './weights';

/** What a person would have asked for to get this recipe. */
export function requestOfRecipe({ plane, grid, adaptive, split, subset, batchNorm, run, around, quantities, curvature }: SurfaceRecipe): SurfaceRequest {
  if (around) {
    throw new UserError('surface.recipe.slice', `The recipe is a slice of a series: its directions are those of checkpoint ${around.checkpoint}.`, { hint: 'Compute the series: Over training in the window, --over-checkpoints on the command line.' });
  }
  const { kind: _, to, of, orthogonal: _orthogonal, axes: _axes, seed, which, tolerance, maxIterations, radius, steps, with: joint, align, file, hash, count: _count, ...rest } = { seed: subset?.seed ?? 0, ...plane } as Record<string, unknown> & { seed: number; kind: string; hash?: string; to?: WeightsReference; of?: WeightsReference[]; with?: WeightsReference[]; align?: { seed: number } };
  const others = (of ?? joint ?? (to ? [to] : [])).map(asRequested);
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
    ...(adaptive && { adaptive }),
    quantities: quantities.filter((name) => curvatureQuantities.some((each) => each === name)),
    perClass: quantities.some((name) => name.startsWith('loss/')),
    ...(curvature && { tolerance: curvature.tolerance, maxIterations: curvature.maxIterations, products: curvature.products }),
    split,
    subset: subset?.count ?? null,
    checkpoint: checkpointOf(run.checkpoint ?? 'last'),
    batchNorm,
  });
}

/**
 * The request that makes a recipe's picture again on this run: bit for bit on the recipe's device.
 *
 * @param on a run that is given in place of the one that the recipe names
 * @throws UserError that says what differs: the weights, or what this run makes of the request
 */
export async function requestFromRecipe(on: OpenRun, recipe: SurfaceRecipe, options: { program: string; signal?: AbortSignal }): Promise<SurfaceRequest> {
  const request = requestOfRecipe(recipe);
  const made = (await setUpSurface(on, request, options)).recipe;
  checkSameWeights(recipe, made, on.file.name, request.checkpoint);
  checkSteps(recipe.plane, made.plane, on.file.name);
  checkSameRecipe(recipe, made);
  return request;
}

/** @throws UserError naming the checkpoints that a recipe's paths have and a run no longer has */
function checkSteps(asked: SurfaceRecipe['plane'], found: SurfaceRecipe['plane'], own: string): void {
  if (asked.kind !== 'trajectory' || found.kind !== 'trajectory') return;
  const paths = [{ name: own, ...asked }, ...(asked.with ?? [])];
  const there = [found, ...(found.with ?? [])];
  for (const [i, { name, steps }] of paths.entries()) {
    const missing = steps.filter((step) => !there[i]?.steps.includes(step));
    if (missing.length === 0) continue;
    throw new UserError('surface.recipe.checkpoints', `Run "${name}" no longer has the checkpoints of ${namedSteps(missing)}, through which the recipe's plane was laid.`, {
      hint: 'Put their files back into checkpoints/trajectory of its folder from a copy. The same options without the recipe make the plane of those that are left.',
    });
  }
}
