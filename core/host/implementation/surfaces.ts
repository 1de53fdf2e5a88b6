import { readFileSync } from 'node:fs';
import { axisNames, eigenvalueText, exportComparison, exportSurface, findHoles, planeTitle, pointCount, progressOf, quantityTopology, surfaceTitle } from '#core/landscape';
import { findRun, listSurfaces, openRunSurface, pathGaps, readSettings, removeSurface, surfaceRequestSchema, type RunSurfaceEvent } from '#core/runs';
import { builtPath } from '../assets';
import type { Surface, SurfaceEvent } from '../contract';
import { api, type EngineEnvironment } from './environment';
import { mergePoints } from './merge-points';
import { relayed } from './relayed';
import { toTopology } from './topology';
import { withoutUndefined } from './without-undefined';

export type LandscapeSurface = Awaited<ReturnType<typeof openRunSurface>>;

export function surfaceProcedures({ pool }: EngineEnvironment) {
  return {
    surfaces: api.surfaces.router({
      list: api.surfaces.list.handler(async ({ input }) =>
        (await listSurfaces(findRun(input.run).folder)).map(({ id, recipe, created, done, total }) => ({
          id,
          plane: recipe.plane.kind,
          grid: [recipe.grid.x.count, recipe.grid.y.count, ...(recipe.grid.z ? [recipe.grid.z.count] : [])] as [number, number, ...number[]],
          split: recipe.split,
          subset: recipe.subset?.count ?? null,
          quantities: recipe.quantities,
          ...(recipe.run.member !== undefined && { member: recipe.run.member }),
          created,
          done,
          total,
        }))),

      estimate: api.surfaces.estimate.handler(async ({ input, signal }) => {
        const estimate = await pool.client('surfaces').surfaceEstimate(workOf(input), { ...(signal && { signal }) });
        return { ...estimate, basis: 'calibrated' as const };
      }),

      compute: api.surfaces.compute.handler(({ input, signal }) => relayed(
        mergePoints,
        signal,
        (abort) => pool.client('surfaces').surface(workOf(input), { signal: abort }),
        (event: RunSurfaceEvent) => [toEvent(event, findRun(input.run).folder)],
      )),

      trust: api.surfaces.trust.handler(async ({ input, signal }) =>
        pool.client('surfaces').surfaceTrust(workOf(input), { ...(signal && { signal }) })),

      directions: api.surfaces.directions.handler(async ({ input, signal }) => ({
        name: `${findRun(input.run).file.name}-directions.safetensors`,
        bytes: await pool.client('surfaces').surfaceDirections(workOf(input), { ...(signal && { signal }) }),
      })),

      fromRecipe: api.surfaces.fromRecipe.handler(async ({ input: { path }, signal }) => {
        const found = await pool.client('surfaces').surfaceFromRecipe({ path, threads: readSettings().threads }, { ...(signal && { signal }) });
        return found && { ...found.request, run: found.run, ...(found.member !== undefined && { member: found.member }) };
      }),

      get: api.surfaces.get.handler(async ({ input: { run, id } }) => {
        const surface = await openRunSurface(findRun(run).folder, id);
        return withGaps(toSurface(id, surface), surface, pathGaps(findRun(run).folder, surface.recipe));
      }),

      topology: api.surfaces.topology.handler(async ({ input: { run, id, quantity, scale, threshold } }) =>
        toTopology(quantityTopology(await openRunSurface(findRun(run).folder, id), quantity, { scale, threshold }))),

      export: api.surfaces.export.handler(async ({ input: { run, id, format, quantity, levels, look } }) => {
        const found = findRun(run);
        const surface = await openRunSurface(found.folder, id);
        const bytes = await exportSurface(surface, format, { viewer, ...withoutUndefined({ quantity, levels, ...look }) });
        return { name: `${found.file.name}-${id}.${format}`, bytes: new Uint8Array(bytes) };
      }),

      compare: api.surfaces.compare.handler(async ({ input: { surfaces, format, quantity, shared, look } }) => {
        const opened = await Promise.all(surfaces.map(({ run, id }) => openRunSurface(findRun(run).folder, id)));
        const bytes = await exportComparison(opened, format, { viewer, shared, ...withoutUndefined({ quantity, ...look }) });
        return { name: `${opened.map(surfaceTitle).join(' and ')}.${format}`.replaceAll(/[^\w .()-]+/g, '-'), bytes: new Uint8Array(bytes) };
      }),

      remove: api.surfaces.remove.handler(({ input: { run, id } }) => removeSurface(findRun(run).folder, id)),
    }),
  };
}

/** The script inside exported pages. */
export const viewer = (): string => readFileSync(builtPath('surface-viewer.js'), 'utf8');

/** The request as core/runs takes it: the quantity is a matter of showing, all are computed. */
export function workOf({ run, quantity: _, member, ...request }: { run: string; quantity: string; member?: number | undefined }) {
  return { folder: findRun(run).folder, member, request: surfaceRequestSchema.parse(request), threads: readSettings().threads };
}

/** @param gapsOf what there is to say of the checkpoints that are missing from a picture's paths */
export function withGaps(told: Surface, surface: LandscapeSurface, gapsOf: ReturnType<typeof pathGaps>): Surface {
  const gaps = gapsOf(surface);
  return gaps === '' ? told : { ...told, gaps };
}

function toEvent(event: RunSurfaceEvent, folder: string): SurfaceEvent {
  if (event.kind === 'preparing') return event;
  if (event.kind !== 'points') return { kind: event.kind, surface: withGaps(toSurface(event.id, event.surface, event.done), event.surface, pathGaps(folder, event.surface.recipe)) };
  const { kind, indices, values, done, total, remainingSeconds } = event;
  return { kind, indices, values, done, total, remainingSeconds };
}

/** A surface as it crosses the contract. */
export function toSurface(id: string, surface: LandscapeSurface, done = progressOf(surface).done): Surface {
  const { recipe, x, y, z, values, minimum, centre, trajectory, otherTrajectories, anchors, eigenvalues, explainedVariance } = surface;
  const [first, second, ...third] = axisNames(surface);
  return {
    id,
    recipe,
    title: surfaceTitle(surface),
    plane: planeTitle(recipe.plane),
    axes: [first, second, ...third],
    x,
    y,
    ...(z && { z }),
    values: { ...values },
    holes: findHoles(surface).says,
    minimum: { ...minimum },
    centre: { ...centre },
    ...(trajectory && { trajectory: { ...trajectory, values: { ...trajectory.values } } }),
    ...(otherTrajectories && { otherTrajectories: otherTrajectories.map((path) => ({ ...path, values: { ...path.values } })) }),
    ...(anchors && { anchors: anchors.map((anchor) => ({ ...anchor })) }),
    ...(eigenvalues && { eigenvalues: eigenvalues.map((each) => ({ ...each, text: eigenvalueText(each) })) }),
    ...(explainedVariance && { explainedVariance: [...explainedVariance] }),
    done,
    total: pointCount(recipe.grid, recipe.adaptive),
  };
}
