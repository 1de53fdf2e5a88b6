import { InvalidArgumentError, Option, type Command } from 'commander';
import { describeMeasure, measureFamilies, measures, measureSettingsSchema } from '#core/curvature';
import { nearest, UserError } from '#core/graph';
import {
  computeRunMeasures, estimateRunMeasures, exportMeasures, gapText, listMeasures, measureRows, measuresFormats, measuresRequestSchema, openMeasures, removeMeasures, resolveRun, runPaths, sourceText, splitNames,
  type CheckpointName, type MeasureRow, type MeasuresFile, type MeasuresFormat, type SplitName,
} from '#core/runs';
import { interruptible } from '../interrupt';
import { openFolder } from '../opened';
import { checkpointOption, deviceOption, example, jsonOption, memberOption, terminalOf, threadsOption, wholeNumber } from '../options';
import { checkOutputFile, writeOutputFile } from '../output-file';
import { brief, duration, number, table, type Terminal } from '../terminal';

interface SharpnessOptions {
  measures: string[];
  list?: boolean;
  split: SplitName;
  subset?: number;
  seed: number;
  set?: string[];
  checkpoint?: CheckpointName;
  member?: number | 'best';
  out?: string;
  device?: string;
  threads?: number;
  estimate?: boolean;
  kept?: boolean;
  show?: string;
  remove?: string;
  json?: boolean;
}

export function addSharpness(program: Command): void {
  example(
    program
      .command('sharpness')
      .description('sharpness and generalization measures of a trained network, with intervals')
      .argument('[run]', 'its folder, id or name')
      .addOption(new Option('--measures <names>', 'measures and families, joined by commas, or all').argParser(names).default(['all'], 'all'))
      .option('--list', 'list the measures with their sources, and compute nothing')
      .addOption(new Option('--split <part>', 'part of the data').choices([...splitNames]).default('train'))
      .option('--subset <examples>', 'take so many examples, drawn with the seed', wholeNumber(1))
      .option('--seed <seed>', 'seed of the subset and of all random vectors', wholeNumber(0), 0)
      .option('--set <settings...>', `radii, steps and repetitions, like rho=0.1 draws=30; there are ${Object.keys(measureSettingsSchema.shape).join(', ')}`)
      .option('--estimate', 'only say what it would cost')
      .addOption(new Option('--kept', 'list what is kept with the run').conflicts(['show', 'remove']))
      .addOption(new Option('--show <name>', 'tell measures that are kept').conflicts('remove'))
      .option('--remove <name>', 'delete measures that are kept')
      .option('--out <file>', 'write the whole table: .csv, .json or .html')
      .addOption(checkpointOption())
      .addOption(memberOption())
      .addOption(deviceOption())
      .addOption(threadsOption())
      .addOption(jsonOption()),
    'basin sharpness runs/mnist --subset 2000 --out measures.html',
    'basin sharpness runs/mnist --measures sam-sharpness,hessian-trace,spectral',
    'basin sharpness --list',
    'basin sharpness runs/mnist --kept',
  ).action(async (named: string | undefined, options: SharpnessOptions) => {
    const terminal = terminalOf(options);
    if (options.list) return list(terminal);
    if (named === undefined) throw new UserError('cli.arguments', 'Which run?', { hint: '`basin sharpness RUN`; `basin sharpness --list` shows what can be measured.' });
    const format = options.out === undefined ? undefined : formatOf(options.out);
    if (options.out !== undefined) checkOutputFile(options.out);
    const settings = settingsOf(options.set ?? []);
    const { folder } = resolveRun(named);
    const paths = runPaths(folder);
    if (options.kept) {
      const kept = listMeasures(paths);
      return terminal.result(kept, () => keptText(kept));
    }
    if (options.remove !== undefined) {
      removeMeasures(paths, options.remove);
      return terminal.result({ removed: options.remove }, () => [`Removed ${options.remove}.`]);
    }
    const give = (file: MeasuresFile, seconds: number): void => {
      if (options.out !== undefined && format !== undefined) writeOutputFile(options.out, exportMeasures(file, format));
      const rows = measureRows(file);
      terminal.result({ ...file, results: rows.map(({ found, work: _, ...definition }) => ({ ...definition, ...found })) }, () => text(file, rows, seconds));
    };
    if (options.show !== undefined) {
      const file = openMeasures(paths, options.show);
      return give(file, file.results.reduce((sum, { seconds }) => sum + seconds, 0));
    }
    const run = await openFolder(folder, options);
    const { measures: chosen, split, subset = null, seed } = options;
    const request = measuresRequestSchema.parse({ measures: chosen, split, subset, seed, settings, checkpoint: options.checkpoint ?? run.usualCheckpoint });
    const cost = await estimateRunMeasures(run, request);
    const said = `${cost.measures} ${cost.measures === 1 ? 'measure' : 'measures'} on ${cost.examples} examples: about ${duration(Math.max(1, cost.seconds))}`;
    if (options.estimate) return terminal.result(cost, () => [said]);
    terminal.note(said);
    const start = performance.now();
    const file = await compute(terminal, (signal, onEvent) => computeRunMeasures(run, request, { signal, onEvent }));
    give(file, (performance.now() - start) / 1000);
  });
}

type Compute = (signal: AbortSignal, onEvent: NonNullable<NonNullable<Parameters<typeof computeRunMeasures>[2]>['onEvent']>) => Promise<MeasuresFile>;

/** Computes with a bar; Ctrl-C keeps what is known. */
async function compute(terminal: Terminal, start: Compute): Promise<MeasuresFile> {
  let bar: ReturnType<Terminal['progress']> | undefined;
  try {
    return await interruptible({ code: 'measures.stopped', message: 'Stopped. What was measured is kept in the run\'s folder.' }, (signal) => start(signal, (event) => {
      if (event.kind === 'start') bar = terminal.progress('Measures', event.all);
      if (event.kind === 'progress') bar?.update(event.done, { text: event.text, ...(event.remainingSeconds !== undefined && { remainingSeconds: event.remainingSeconds }) });
    }));
  } finally {
    bar?.end();
  }
}

/** What is kept with a run. */
function keptText(files: readonly MeasuresFile[]): string[] {
  if (files.length === 0) return ['Nothing was measured of it yet.'];
  return table(['name', 'step', 'member', 'split', 'examples', 'measures', 'created'], files.map(({ name, run, request, examples, results, created }) =>
    [name, run.step, run.member ?? '-', request.split, examples, results.length, created.slice(0, 16).replace('T', ' ')]));
}

function text(file: MeasuresFile, rows: readonly MeasureRow[], seconds: number): string[] {
  const { run, request, examples, gap } = file;
  const line = ({ title, unit, found }: MeasureRow): (string | number)[] => [title, found.value ?? '-', found.interval ? found.interval.map((end) => (end === null ? 'unbounded' : number(end))).join(' to ') : '', unit];
  const without = rows.filter(({ found }) => found.unavailable !== undefined);
  const notes = rows.filter(({ found }) => found.note !== undefined);
  return [
    `${run.name}, step ${run.step}: ${request.split} part, ${examples} examples (${brief(seconds)})`,
    ...(gap ? [gapText(gap)] : []),
    '',
    ...table(['measure', 'value', 'interval', 'unit'], rows.filter(({ found }) => found.value !== undefined).map(line)),
    ...(without.length > 0 ? ['', 'Without a value:', ...byReason(without)] : []),
    ...(notes.length > 0 ? ['', ...[...new Set(notes.map(({ found }) => found.note!))].map((note) => `Note: ${note}`)] : []),
  ];
}

/** Reasons, each with the measures it holds for. */
function byReason(without: readonly MeasureRow[]): string[] {
  const reasons = new Map<string, string[]>();
  for (const { id, found: { unavailable = '' } } of without) reasons.set(unavailable, [...(reasons.get(unavailable) ?? []), id]);
  return [...reasons].map(([reason, ids]) => `  ${ids.join(', ')}: ${reason}`);
}

function list(terminal: Terminal): void {
  terminal.result(measures.map(describeMeasure).map(({ work: _, ...definition }) => definition), () =>
    Object.entries(measureFamilies).flatMap(([family, title]) => [
      '',
      `${family}: ${title}`,
      ...table(['id', 'title', 'source'], measures.filter((measure) => measure.family === family).map((measure) => [measure.id, measure.title, sourceText(measure)])).slice(2).map((line) => `  ${line}`),
    ]).slice(1));
}

/** `sam-sharpness,hessian` */
function names(text: string): string[] {
  const list = text.split(',').map((name) => name.trim()).filter((name) => name !== '');
  if (list.length === 0) throw new InvalidArgumentError('It must be names joined by commas, like sam-sharpness,hessian.');
  return list;
}

function formatOf(path: string): MeasuresFormat {
  const ending = path.split('.').at(-1)?.toLowerCase();
  const format = measuresFormats.find((each) => each === ending);
  if (format) return format;
  throw new UserError('output.format', `${path}: a table of measures is written as .csv, .json or .html.`);
}

/** `rho=0.1` and the like. */
function settingsOf(given: readonly string[]): Record<string, number> {
  const known = Object.keys(measureSettingsSchema.shape);
  const settings: Record<string, number> = {};
  for (const each of given.flatMap((text) => text.split(','))) {
    const [name = '', value] = each.split('=');
    if (!known.includes(name)) throw new UserError('measures.setting', `--set ${each}: there is no setting "${name}".`, { hint: `Did you mean ${nearest(name, known)[0] ?? known.join(', ')}?` });
    if (value === undefined || value === '' || !Number.isFinite(Number(value))) throw new UserError('measures.setting', `--set ${each}: it must be a number, like ${name}=0.1.`);
    settings[name] = Number(value);
  }
  const parsed = measureSettingsSchema.safeParse(settings);
  const issue = parsed.error?.issues[0];
  if (issue) throw new UserError('measures.setting', `--set ${String(issue.path[0])}: ${issue.message}.`);
  return settings;
}
