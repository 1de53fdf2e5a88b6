import { readFileSync } from 'node:fs';
import { UserError } from '#core/graph';
import { comparisonFormats, exportComparison, mostCompared, surfaceFigures, type ExportOptions, type Surface, volumeBesideOthers } from '#core/landscape';
import { computeRunSurface, pathGaps, programName, quantitiesAsked, sharedRange, type OpenRun, type RunSurfaceEvent, type SurfaceRequest } from '#core/runs';
import { builtPath } from '../../assets';
import { checkOutputFile, writeOutputFile } from '../output-file';
import { number, type Terminal } from '../terminal';
import { checkMetric } from './metric';
import { openNamed } from './named';

interface Asked {
  out: string;
  metric: string;
  member?: number | 'best';
  device?: string;
  threads?: number;
  trust?: boolean;
  topology?: number;
  overCheckpoints?: unknown;
}

interface Ways {
  /** What the options ask of a run. */
  requestOf(run: OpenRun): SurfaceRequest;
  lookOf: ExportOptions;
  compute(terminal: Terminal, metric: string, start: (signal: AbortSignal) => AsyncGenerator<RunSurfaceEvent, void>): Promise<{ surface: Surface; id: string }>;
}

/** `basin surface A B ...`: the same request for every run, on one range and one scale, in one file. */
export async function compareSurfaces(terminal: Terminal, runs: readonly string[], options: Asked, { requestOf, lookOf, compute }: Ways): Promise<void> {
  const { out, metric } = options;
  const format = comparisonFormats.find((candidate) => out.toLowerCase().endsWith(`.${candidate}`));
  if (format === undefined) {
    throw new UserError('surface.compare.format', `${out}: several surfaces stand side by side in ${comparisonFormats.map((each) => `.${each}`).join(' ')}`, { hint: 'For other formats compute one run after the other.' });
  }
  if (runs.length > mostCompared) {
    throw new UserError('surface.compare.count', `${runs.length} runs were given; side by side stand at most ${mostCompared}.`);
  }
  if (options.trust || options.topology !== undefined) {
    throw new UserError('surface.compare.one', '--trust and --topology are about one surface', { hint: 'Ask for each run alone; what was computed here is not computed again.' });
  }
  if (options.overCheckpoints !== undefined) throw new UserError('surface.compare.series', '--over-checkpoints is about one run', { hint: 'Ask for each run alone.' });
  checkOutputFile(out);
  const opened: { run: OpenRun; request: SurfaceRequest }[] = [];
  for (const named of runs) {
    const run = await openNamed(named, options);
    opened.push({ run, request: requestOf(run) });
  }
  // Told before hours of work, not after.
  if (opened.some(({ request }) => request.grid.length === 3)) throw volumeBesideOthers();
  for (const { run, request } of opened) if (!request.perClass) checkMetric(metric, { recipe: { quantities: quantitiesAsked(run, request) } });
  const range = await sharedRange(opened, { program: programName });
  const computed: { surface: Surface; id: string }[] = [];
  for (const [i, { run, request }] of opened.entries()) {
    terminal.note(`${runs[i]}:`);
    computed.push(await compute(terminal, metric, (signal) => computeRunSurface(run, { ...request, range }, { program: programName, signal })));
  }
  const surfaces = computed.map(({ surface }) => surface);
  const viewer = (): string => readFileSync(builtPath('surface-viewer.js'), 'utf8');
  writeOutputFile(out, await exportComparison(surfaces, format, { ...lookOf, viewer }));
  const figures = surfaces.map((surface) => surfaceFigures(surface, lookOf));
  const gaps = opened.map(({ run, request: { others } }, i) => pathGaps(run.paths.folder, surfaces[i]!.recipe, { others })(surfaces[i]!));
  terminal.result({ out, format, surfaces: computed.map(({ id, surface: { recipe } }, i) => ({ id, recipe, ...figures[i], ...(gaps[i] && { gaps: gaps[i] }) })) }, () => [
    `${out}: ${surfaces.length} surfaces`,
    ...figures.map(({ title, centre, minimum, ruggedness }) => `${title}: ${metric} at the centre ${number(centre ?? NaN)}${minimum ? `, lowest ${number(minimum.value)} at (${number(minimum.x)}, ${number(minimum.y)})` : ''}, ruggedness ${number(ruggedness)}`),
    ...figures.flatMap(({ title }, i) => (gaps[i] ? [`${title}: ${gaps[i]}`] : [])),
  ]);
}
