import { exportSeries } from '#core/landscape';
import { findRun, isFollowed, isWhole, listSeries, openSeries, pathGaps, removeSeries, type FollowEvent as CoreFollowEvent, type SeriesEvent } from '#core/runs';
import type { FollowEvent, SeriesProgress, Surface } from '../contract';
import { newestOf } from '../event-queue';
import { api, type EngineEnvironment } from './environment';
import { relayed } from './relayed';
import { toSurface, viewer, withGaps, workOf, type LandscapeSurface } from './surfaces';
import { withoutUndefined } from './without-undefined';

export function seriesProcedures({ pool }: EngineEnvironment) {
  return {
    series: api.series.router({
      list: api.series.list.handler(async ({ input }) =>
        (await listSeries(findRun(input.run).folder)).map(({ id, recipe, steps, followed, done, created }) => ({
          id,
          plane: recipe.plane.kind,
          grid: [recipe.grid.x.count, recipe.grid.y.count] as [number, number],
          split: recipe.split,
          ...(recipe.run.member !== undefined && { member: recipe.run.member }),
          steps: [...steps],
          followed: followed !== undefined,
          done,
          created,
        }))),

      estimate: api.series.estimate.handler(async ({ input: { request, moments }, signal }) =>
        ({ ...(await pool.client('surfaces').seriesEstimate({ ...workOf(request), moments }, { ...(signal && { signal }) })), basis: 'calibrated' as const })),

      followEstimate: api.series.followEstimate.handler(async ({ input: { request, every }, signal }) =>
        ({ ...(await pool.client('surfaces').followEstimate({ ...workOf(request), every }, { ...(signal && { signal }) })), basis: 'calibrated' as const })),

      compute: api.series.compute.handler(({ input: { request, moments }, signal }) => relayed(
        newestOf<SeriesProgress>(() => true),
        signal,
        (abort) => pool.client('surfaces').series({ ...workOf(request), moments }, { signal: abort }),
        ({ id, slice, steps, event }: SeriesEvent) => [{ id, slice, slices: steps.length, step: steps[slice]!, done: event.done, total: event.total }],
      )),

      follow: api.series.follow.handler(({ input: { request, every }, signal }) => {
        const { folder } = findRun(request.run);
        let told = false;
        return relayed<CoreFollowEvent, FollowEvent>(
          newestOf<FollowEvent>(({ kind }) => kind === 'progress' || kind === 'waiting'),
          signal,
          (abort) => pool.client('follow').follow({ ...workOf(request), every }, { signal: abort }),
          async (event) => {
            const before = event.kind === 'slice' && !told ? await wholeSlices(folder, event.id, event.slice) : [];
            told ||= event.kind === 'slice';
            return [...before, toFollowed(folder, event)];
          },
        );
      }),

      get: api.series.get.handler(async ({ input: { run, id } }) => {
        const { folder } = findRun(run);
        const { steps, slices } = await openSeries(folder, id);
        return { id, steps: [...steps], slices: toSurfaces(folder, id, slices) };
      }),

      export: api.series.export.handler(async ({ input: { run, id, format, quantity, look } }) => {
        const found = findRun(run);
        const { slices } = await openSeries(found.folder, id);
        const bytes = await exportSeries(slices, format, { viewer, ...withoutUndefined({ quantity, ...look }) });
        return { name: `${found.file.name}-${id}.${format}`, bytes: new Uint8Array(bytes) };
      }),

      remove: api.series.remove.handler(({ input: { run, id } }) => removeSeries(findRun(run).folder, id)),
    }),
  };
}

/** The slices of a series that goes on. */
async function wholeSlices(folder: string, id: string, count: number): Promise<FollowEvent[]> {
  if (count === 0) return [];
  const { slices } = await openSeries(folder, id);
  return [toSlices(folder, id, slices.slice(0, count).filter(isWhole))];
}

function toSurfaces(folder: string, id: string, slices: readonly LandscapeSurface[]): Surface[] {
  const [first] = slices;
  if (first === undefined) return [];
  const gapsOf = pathGaps(folder, first.recipe, { followed: isFollowed(id) });
  return slices.map((slice) => withGaps(toSurface(id, slice), slice, gapsOf));
}

const toSlices = (folder: string, id: string, slices: readonly LandscapeSurface[]): Extract<FollowEvent, { kind: 'slices' }> =>
  ({ kind: 'slices', id, steps: slices.map(({ recipe }) => Number(recipe.run.checkpoint)), slices: toSurfaces(folder, id, slices) });

function toFollowed(folder: string, event: CoreFollowEvent): FollowEvent {
  if (event.kind === 'preparing' || event.kind === 'waiting') return { kind: 'waiting', text: event.text };
  if (event.kind === 'over') return { kind: 'over', id: event.id, state: event.state, text: event.text };
  const { id, slice, step, event: { done, total } } = event;
  return event.event.kind === 'end' ? toSlices(folder, id, [event.event.surface]) : { kind: 'progress', id, slice, step, done, total };
}
