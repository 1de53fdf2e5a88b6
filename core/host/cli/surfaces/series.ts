import { readFileSync } from 'node:fs';
import { UserError } from '#core/graph';
import { exportSeries, seriesFormats, type ExportOptions } from '#core/landscape';
import { computeRunSeries, openSeries, programName, type Moments, type OpenRun, type SurfaceRequest } from '#core/runs';
import { builtPath } from '../../assets';
import { goesOn, interruptible } from '../interrupt';
import { checkOutputFile, writeOutputFile } from '../output-file';
import { number, type Terminal } from '../terminal';

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
  const format = seriesFormats.find((candidate) => out.toLowerCase().endsWith(`.${candidate}`));
  if (format === undefined) {
    throw new UserError('surface.series.format', `${out}: surfaces over training are written as ${seriesFormats.map((each) => `.${each}`).join(' ')}`, { hint: '.html has a slider, .png is an animation, .zip holds one picture a checkpoint.' });
  }
  if (options.trust || options.topology !== undefined) throw new UserError('surface.series.one', '--trust and --topology are about one surface', { hint: 'Ask for the moment with --checkpoint.' });
  checkOutputFile(out);
  const run = await ways.open();
  let id = '';
  let bar: ReturnType<Terminal['progress']> | undefined;
  try {
    await interruptible(goesOn('surface.stopped'), async (signal) => {
      for await (const { id: name, slice, steps, event } of computeRunSeries(run, ways.requestOf(run), overCheckpoints, { program: programName, signal })) {
        id = name;
        const { total } = event;
        if (event.kind === 'start' && !event.surface.recipe.quantities.includes(metric)) {
          throw new UserError('surface.metric', `--metric ${metric}: this run's surfaces have ${event.surface.recipe.quantities.join(', ')}`);
        }
        bar ??= terminal.progress('Series', total * steps.length);
        bar.update(slice * total + event.done, { text: `slice ${slice + 1} of ${steps.length}, step ${steps[slice]}` });
      }
    });
  } finally {
    bar?.end();
  }
  const { slices, steps } = await openSeries(run.paths.folder, id);
  const viewer = (): string => readFileSync(builtPath('surface-viewer.js'), 'utf8');
  writeOutputFile(out, await exportSeries(slices, format, { ...ways.look, viewer }));
  terminal.result({ id, out, format, steps, slices: slices.map(({ recipe, centre, minimum }) => ({ recipe, centre, minimum })) }, () => [
    `${out}: ${slices.length} slices`,
    ...slices.map(({ centre, minimum }, i) => `step ${steps[i]}: ${metric} at the centre ${number(centre[metric] ?? NaN)}${minimum[metric] ? `, lowest ${number(minimum[metric].value)} at (${number(minimum[metric].x)}, ${number(minimum[metric].y)})` : ''}`),
  ]);
}
