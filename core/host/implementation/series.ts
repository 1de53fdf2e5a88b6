import { exportSeries } from '#core/landscape';
import { findRun, isWhole, listSeries, openSeries, removeSeries, type FollowEvent as CoreFollowEvent, type SeriesEvent } from '#core/runs';
import type { FollowEvent, SeriesProgress } from '../contract';
import { newestOf } from '../event-queue';
import { api, type EngineEnvironment } from './environment';
import { relayed } from './relayed';
import { toSurface, viewer, workOf, type LandscapeSurface } from './surfaces';
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
            return [...before, toFollowed(event)];
          },
        );
      }),

      get: api.series.get.handler(async ({ input: { run, id } }) => {
        const { steps, slices } = await openSeries(findRun(run).folder, id);
        return { id, steps: [...steps], slices: slices.map((slice) => toSurface(id, slice)) };
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
  return [toSlices(id, slices.slice(0, count).filter(isWhole))];
}

const toSlices = (id: string, slices: readonly LandscapeSurface[]): Extract<FollowEvent, { kind: 'slices' }> =>
  ({ kind: 'slices', id, steps: slices.map(({ recipe }) => Number(recipe.run.checkpoint)), slices: slices.map((slice) => toSurface(id, slice)) });

function toFollowed(event: CoreFollowEvent): FollowEvent {
  if (event.kind === 'preparing' || event.kind === 'waiting') return { kind: 'waiting', text: event.text };
  if (event.kind === 'over') return { kind: 'over', id: event.id, state: event.state, text: event.text };
  const { id, slice, step, event: { done, total } } = event;
  return event.event.kind === 'end' ? toSlices(id, [event.event.surface]) : { kind: 'progress', id, slice, step, done, total };
}
