import { exportSeries } from '#core/landscape';
import { findRun, listSeries, openSeries, removeSeries, type SeriesEvent } from '#core/runs';
import type { SeriesProgress } from '../contract';
import { EventQueue } from '../event-queue';
import { api, type EngineEnvironment } from './environment';
import { toSurface, viewer, workOf } from './surfaces';
import { withoutUndefined } from './without-undefined';

export function seriesProcedures({ pool }: EngineEnvironment) {
  return {
    series: api.series.router({
      list: api.series.list.handler(async ({ input }) =>
        (await listSeries(findRun(input.run).folder)).map(({ id, recipe, steps, done, created }) => ({
          id,
          plane: recipe.plane.kind,
          grid: [recipe.grid.x.count, recipe.grid.y.count] as [number, number],
          split: recipe.split,
          ...(recipe.run.member !== undefined && { member: recipe.run.member }),
          steps: [...steps],
          done,
          created,
        }))),

      compute: api.series.compute.handler(async function* ({ input: { request, moments }, signal }): AsyncGenerator<SeriesProgress, void> {
        const queue = new EventQueue<SeriesProgress>(newest);
        const left = new AbortController();
        const events = await pool.client('surfaces').series({ ...workOf(request), moments }, { signal: AbortSignal.any(signal ? [signal, left.signal] : [left.signal]) });
        const pump = async (): Promise<void> => {
          for await (const { id, slice, steps, event } of events as AsyncIterable<SeriesEvent>) {
            queue.push({ id, slice, slices: steps.length, step: steps[slice]!, done: event.done, total: event.total });
          }
        };
        pump().then(() => queue.end(), (error: unknown) => queue.end({ error }));
        try {
          yield* queue;
        } finally {
          left.abort();
        }
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

/** Of progress that nobody has taken yet only the newest is told. */
function newest(waiting: SeriesProgress[], event: SeriesProgress): boolean {
  if (waiting.length === 0) return false;
  waiting[waiting.length - 1] = event;
  return true;
}
