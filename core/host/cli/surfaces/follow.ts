import { UserError } from '#core/graph';
import type { ExportOptions, Surface } from '#core/landscape';
import { followRun, isWhole, openSeries, pathGaps, programName, type FollowEvent, type OpenRun, type SurfaceRequest } from '#core/runs';
import { lowerPriority } from '../../low-priority';
import { interruptSignal } from '../interrupt';
import { checkOutputFile } from '../output-file';
import type { Terminal } from '../terminal';
import { checkMetric } from './metric';
import { checkOneMoment, seriesFormatOf, sliceLine, writeSeriesFile } from './series';

interface Asked {
  out?: string;
  metric: string;
  every: number;
  trust?: boolean;
  topology?: number;
  checkpoint?: unknown;
  overCheckpoints?: unknown;
  recipe?: string;
}

/** @throws UserError where something else is asked for than the newest weights of one run */
export function checkFollowOptions({ checkpoint, overCheckpoints, recipe }: { checkpoint?: unknown; overCheckpoints?: unknown; recipe?: string }): void {
  if (recipe !== undefined) throw new UserError('surface.follow.one', '--follow is about one run', { hint: 'Name one run, without --recipe.' });
  if (checkpoint !== undefined || overCheckpoints !== undefined) {
    throw new UserError('surface.follow.one', '--follow shows the newest weights as they come', { hint: 'Leave --checkpoint and --over-checkpoints away, or leave --follow away.' });
  }
}

/** `basin surface RUN --follow`: a slice through every new checkpoint until the run ends, or Ctrl-C. */
export async function followSurface(terminal: Terminal, options: Asked, ways: { open(): Promise<OpenRun>; requestOf(run: OpenRun): SurfaceRequest; look: ExportOptions }): Promise<void> {
  const { out, metric, every } = options;
  const format = out === undefined ? undefined : seriesFormatOf(out);
  checkOneMoment(options);
  checkFollowOptions(options);
  if (out !== undefined) checkOutputFile(out);
  const run = await ways.open();
  lowerPriority();
  const { signal, release } = interruptSignal();
  const request = ways.requestOf(run);
  const place: { id?: string; ending?: Extract<FollowEvent, { kind: 'over' }> } = {};
  try {
    for await (const event of followRun(run, request, { program: programName, every, signal })) {
      if (event.kind === 'waiting') terminal.note(event.text);
      else if (event.kind === 'over') Object.assign(place, { id: event.id, ending: event });
      else if (event.kind === 'slice' && event.event.kind !== 'points') {
        const { surface, kind } = event.event;
        place.id = event.id;
        checkMetric(metric, surface);
        if (kind === 'end') terminal.note(sliceLine(surface, event.step, metric));
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    if (place.id === undefined) throw new UserError('surface.stopped', 'Stopped before the first slice.');
  } finally {
    release();
  }
  const { id, ending } = place;
  const series = await openSeries(run.paths.folder, id!);
  const whole = series.slices.filter(isWhole);
  if (whole.length === 0) throw new UserError('surface.stopped', 'Stopped before the first slice was whole.', { hint: 'The same command goes on from there, while the run trains.' });
  if (out !== undefined && format !== undefined) await writeSeriesFile(out, format, whole, ways.look);
  const steps = whole.map(({ recipe }) => Number(recipe.run.checkpoint));
  const [last] = whole.slice(-1) as [Surface];
  const gaps = pathGaps(run.paths.folder, last.recipe, { others: request.others, followed: true })(last);
  terminal.result({ id, out, format, state: ending?.state ?? 'left', steps, ...(gaps !== '' && { gaps }), slices: whole.map(({ recipe, centre, minimum }) => ({ recipe, centre, minimum })) }, () => [
    `${ending?.text ?? `Stopped after ${whole.length} ${whole.length === 1 ? 'slice' : 'slices'}; the same command goes on while the run trains`}.`,
    `Kept in ${run.paths.surface(id!)}${out === undefined ? '' : `; ${out} written`}`,
    ...(gaps === '' ? [] : [gaps]),
  ]);
}
