import { readFileSync } from 'node:fs';
import { UserError } from '#core/graph';
import { checkSeriesFormat, exportSeries, seriesFormats, type ExportOptions, type SeriesFormat, type Surface } from '#core/landscape';
import { computeRunSeries, openSeries, pathGaps, programName, type Moments, type OpenRun, type SurfaceRequest } from '#core/runs';
import { builtPath } from '../../assets';
import { goesOn, interruptible } from '../interrupt';
import { checkOutputFile, writeOutputFile } from '../output-file';
import { number, type Terminal } from '../terminal';
import { checkMetric } from './metric';

interface Asked {
  out: string;
  metric: string;
  overCheckpoints: Moments;
  trust?: boolean;
  topology?: number;
}

/** `basin surface RUN --over-checkpoints ...`: slices through the checkpoints, in one file. */
export async function surfaceSeries(terminal: Terminal, options: Asked, ways: { open(): Promise<OpenRun>; requestOf(run: OpenRun): SurfaceRequest; look: ExportOptions }): Promise<void> {
  const { out, metric, overCheckpoints } = options;
  const format = seriesFormatOf(out);
  checkOneMoment(options);
  checkOutputFile(out);
  const run = await ways.open();
  const request = ways.requestOf(run);
  checkSeriesFormat(request.grid.length === 3, format);
  let id = '';
  let bar: ReturnType<Terminal['progress']> | undefined;
  try {
    await interruptible(goesOn('surface.stopped'), async (signal) => {
      for await (const { id: name, slice, steps, event } of computeRunSeries(run, request, overCheckpoints, { program: programName, signal })) {
        id = name;
        const { total } = event;
        if (event.kind === 'start') checkMetric(metric, event.surface);
        bar ??= terminal.progress('Series', total * steps.length);
        bar.update(slice * total + event.done, { text: `slice ${slice + 1} of ${steps.length}, step ${steps[slice]}` });
      }
    });
  } finally {
    bar?.end();
  }
  const { slices, steps } = await openSeries(run.paths.folder, id);
  await writeSeriesFile(out, format, slices, ways.look);
  // The last slice has the whole path.
  const [last] = slices.slice(-1);
  const gaps = last === undefined ? '' : pathGaps(run.paths.folder, last.recipe, { others: request.others })(last);
  terminal.result({ id, out, format, steps, ...(gaps !== '' && { gaps }), slices: slices.map(({ recipe, centre, minimum }) => ({ recipe, centre, minimum })) }, () => [
    `${out}: ${slices.length} slices`,
    ...slices.map((slice, i) => sliceLine(slice, steps[i]!, metric)),
    ...(gaps === '' ? [] : [gaps]),
  ]);
}

/** @throws UserError where the ending is not one that a series is written as */
export function seriesFormatOf(out: string): SeriesFormat {
  const format = seriesFormats.find((candidate) => out.toLowerCase().endsWith(`.${candidate}`));
  if (format !== undefined) return format;
  throw new UserError('surface.series.format', `${out}: surfaces over training are written as ${seriesFormats.map((each) => `.${each}`).join(' ')}`, { hint: '.html has a slider, .png is an animation, .zip holds one picture a checkpoint.' });
}

/** @throws UserError where something is asked that is about one surface */
export function checkOneMoment({ trust, topology }: { trust?: boolean; topology?: number }): void {
  if (trust || topology !== undefined) throw new UserError('surface.series.one', '--trust and --topology are about one surface', { hint: 'Ask for the moment with --checkpoint.' });
}

export async function writeSeriesFile(out: string, format: SeriesFormat, slices: readonly Surface[], look: ExportOptions): Promise<void> {
  const viewer = (): string => readFileSync(builtPath('surface-viewer.js'), 'utf8');
  writeOutputFile(out, await exportSeries(slices, format, { ...look, viewer }));
}

/** What one slice shows, in a line. */
export function sliceLine({ centre, minimum }: Surface, step: number, metric: string): string {
  const lowest = minimum[metric];
  return `step ${step}: ${metric} at the centre ${number(centre[metric] ?? NaN)}${lowest ? `, lowest ${number(lowest.value)} at (${number(lowest.x)}, ${number(lowest.y)})` : ''}`;
}
