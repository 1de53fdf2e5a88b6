import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';
import { resolve } from 'node:path';
import { dataSpecification, loadDataset, type PreparedDataset } from '#core/data';
import { UserError } from '#core/graph';
import {
  changeSpecification, chooseDevice, composeRun, createRun, describeIssues, executeRun, lastMeasures, proposeRun, readMeasures, readRunFile, readSettings, readSpecification, rememberRun, resolveRun,
  specificationError, type ExecuteOptions, type RunOutcome, type RunSpecification,
} from '#core/runs';
import { interruptSignal } from '../interrupt';
import { deviceOption, example, jsonOption, terminalOf, threadsOption, wholeNumber } from '../options';
import { addPopulationOptions, withPopulation, type PopulationOptions } from '../population-options';
import { number, table, type Terminal } from '../terminal';
import { measuresTable } from './measures';

interface TrainOptions {
  device?: string;
  threads?: number;
  json?: boolean;
}

export function addRun(program: Command): void {
  example(
    addPopulationOptions(program
      .command('run')
      .description('train a network as a specification says')
      .argument('[specification]', 'a JSON file; samples are in assets/specs')
      .option('--model <file>', 'an ONNX file (or an architecture) in place of the specification\'s network')
      .addOption(new Option('--batch-norm <mode>', 'of an ONNX file\'s network in training: keep the file\'s BatchNorm statistics, or take each batch\'s own and let the file\'s move along (default: inference)').choices(['inference', 'batch']))
      .option('--data <path>', 'without a specification: a file or folder to learn from')
      .option('--target <column>', 'without a specification: the column to predict')
      .option('--standardize', 'with --model and --data: bring inputs to mean 0 and deviation 1 (an imported network gets them as they are)')
      .option('--weights <file>', 'safetensors weights to begin with')
      .option('--partial', 'with --weights: take what fits, leave the rest')
      .addOption(new Option('--epochs <count>', 'passes over the data; 0 only judges').argParser(wholeNumber(0)))
      .addOption(new Option('--measure <name:steps>', 'measure this of the weights every so many steps while training: hessian-top:50 (can be given several times)').argParser(measure))
      .option('--debug-nan', 'when the training diverges, find the op that made the first NaN or infinity (slow)')
      .option('--out <folder>', 'the run\'s folder (default: a new one in the runs folder)')
      .option('--name <name>', 'what to call the run'))
      .addOption(deviceOption())
      .addOption(threadsOption())
      .addOption(jsonOption()),
    'basin run assets/specs/iris.json --out runs/iris',
    'basin run --model resnet.onnx --data pictures.zip --epochs 3 --batch-norm batch',
    'basin run assets/specs/moons.json --measure hessian-top:50 --measure sam-sharpness:50',
    'basin run assets/specs/moons.json --seeds 64 --vary optimizer.learningRate=0.01,0.1',
  ).action(async (file: string | undefined, options: TrainOptions & StartOptions & PopulationOptions) => {
    const terminal = terminalOf(options);
    const { specification: single, data } = await startingPoint(file, options);
    const specification = withPopulation(single, file ?? 'The specification', options);
    // Device and data are looked at before a folder is made: a mistake leaves nothing behind.
    await chooseDevice(options.device ?? specification.device);
    const { out, name } = options;
    const folder = createRun(specification, { data, ...(out !== undefined && { out }), ...(name !== undefined && { name }) });
    if (out !== undefined) rememberRun(folder);
    terminal.note(`Run folder: ${folder}`);
    for (const note of composeRun(specification, data).model.notes ?? []) terminal.note(`Note: ${note}`);
    await train(terminal, folder, { ...executeOptions(options), data });
  });

  example(
    program
      .command('resume')
      .description('go on with a run that was stopped, killed or has failed')
      .argument('<run>', 'its folder, id or name')
      .addOption(deviceOption())
      .addOption(threadsOption())
      .addOption(jsonOption()),
    'basin resume runs/iris',
  ).action(async (named: string, options: TrainOptions) => {
    const terminal = terminalOf(options);
    const { folder } = resolveRun(named);
    await train(terminal, folder, executeOptions(options));
  });
}

interface StartOptions {
  out?: string;
  name?: string;
  model?: string;
  data?: string;
  target?: string;
  standardize?: boolean;
  batchNorm?: 'inference' | 'batch';
  weights?: string;
  partial?: boolean;
  epochs?: number;
  debugNan?: boolean;
  measure?: { use: string; every: number }[];
}

/** The specification of a file, or one proposed for --data; changed as the other options say. */
async function startingPoint(file: string | undefined, options: StartOptions): Promise<{ specification: RunSpecification; data: PreparedDataset }> {
  const { model, batchNorm, weights, partial, epochs, debugNan, measure: measures, data: path, target, standardize } = options;
  const changes = {
    ...(model !== undefined && { model }),
    ...(batchNorm !== undefined && { batchNorm }),
    ...(weights !== undefined && { weights, partialWeights: partial ?? false }),
    ...(epochs !== undefined && { epochs }),
    ...(debugNan !== undefined && { debugNaN: debugNan }),
    ...(measures !== undefined && { measures }),
  };
  if (file !== undefined) {
    if (path !== undefined || target !== undefined) throw new UserError('run.two-data', 'The specification names the data; --data and --target are for runs without one.');
    const specification = changeSpecification(readSpecification(file), changes);
    return { specification, data: await loadDataset(specification.data) };
  }
  if (path === undefined) throw new UserError('run.nothing', 'Neither a specification nor --data was named.', { hint: 'basin run SPECIFICATION, or basin run --model FILE --data PATH.' });
  const given = { source: { path: resolve(path) }, ...(target !== undefined && { target }), ...(model !== undefined && { standardize: standardize ?? false }) };
  const parsed = dataSpecification.safeParse(given);
  if (!parsed.success) throw specificationError('The data', describeIssues(parsed.error, given));
  const data = await loadDataset(parsed.data);
  return { specification: changeSpecification(proposeRun(parsed.data, data), changes), data };
}

/** `hessian-top:50`, gathered over several options. */
function measure(text: string, before: { use: string; every: number }[] = []): { use: string; every: number }[] {
  const [use = '', every, ...more] = text.split(':');
  if (every === undefined || more.length > 0) throw new InvalidArgumentError('It must be a measure and a number of steps, like hessian-top:50.');
  return [...before, { use, every: wholeNumber(1)(every) }];
}

function executeOptions({ device, threads }: TrainOptions): ExecuteOptions {
  return { ...(device !== undefined && { device }), threads: threads ?? readSettings().threads };
}

/** Trains with a bar; Ctrl-C stops with a checkpoint. */
async function train(terminal: Terminal, folder: string, options: ExecuteOptions): Promise<void> {
  const { signal, release } = interruptSignal();
  const bar = progressOf(terminal, folder);
  try {
    const outcome = await executeRun(folder, { ...options, signal, onEvent: bar.tell });
    bar.end();
    report(terminal, outcome);
  } finally {
    bar.end();
    release();
  }
}

function progressOf(terminal: Terminal, folder: string): { tell: NonNullable<ExecuteOptions['onEvent']>; end(): void } {
  let bar: ReturnType<Terminal['progress']> | undefined;
  let loss = NaN;
  let step = 0;
  let validation = '';
  let measured = '';
  return {
    tell(event) {
      if (event.kind === 'steps') {
        loss = event.records.at(-1)?.loss ?? loss;
        step = event.records.at(-1)?.step ?? step;
      } else if (event.kind === 'epochs') {
        const parts = event.records.at(-1)?.parts;
        const [metric] = Object.entries(parts?.['validation'] ?? parts?.['train'] ?? {}).filter(([name]) => name !== 'loss');
        if (metric) validation = `, ${metric[0]} ${number(metric[1])}`;
      } else if (event.kind === 'measures') {
        const [first] = event.records;
        if (first) measured = `, ${first.name} ${number(first.value)}`;
      } else if (event.kind === 'speed') {
        bar ??= terminal.progress('Training', readRunFile(folder).progress?.steps ?? 1);
        bar.update(step, { text: `loss ${number(loss)}${validation}${measured}`, remainingSeconds: event.remainingSeconds });
      }
    },
    end() {
      bar?.end();
      bar = undefined;
    },
  };
}

function report(terminal: Terminal, { folder, file }: RunOutcome): void {
  const { state, id, name, results, best, progress, device, parameters, population } = file;
  if (state === 'stopped') terminal.note(`Stopped at step ${progress?.step} of ${progress?.steps}. To go on: basin resume ${folder}`);
  const taken = readMeasures(folder);
  const last = lastMeasures(taken);
  const measuredLast = last.length === 0 ? [] : ['', ...measuresTable(last)];
  terminal.result({ id, name, folder, state, device: device?.id, parameters, progress, best, results, population, ...(taken.length > 0 && { measures: taken }) }, () => {
    if (population?.summary && state === 'finished') return [...populationReport(file, folder), ...measuredLast];
    if (!results) return `${name}: ${state}, ${folder}`;
    const parts = Object.keys(results.parts);
    const rows = [...new Set(parts.flatMap((part) => Object.keys(results.parts[part] ?? {})))];
    return [
      `${name}: ${state} after ${number(progress?.epoch ?? 0)} epochs, ${parameters} parameters, ${results.checkpoint} weights`,
      '',
      ...table(['', ...parts], rows.map((row) => [row, ...parts.map((part) => results.parts[part]?.[row] ?? NaN)])),
      ...measuredLast,
      '',
      folder,
    ];
  });
}

/** How the members of a population came out, all together. */
function populationReport({ name, progress, population, parameters }: RunOutcome['file'], folder: string): string[] {
  const { members = 0, diverged = 0, groups = 1, summary = {} } = population ?? {};
  return [
    `${name}: ${members} networks of ${parameters} parameters after ${number(progress?.epochs ?? 0)} epochs${groups > 1 ? `, in ${groups} groups` : ''}${diverged > 0 ? `, ${diverged} diverged` : ''}`,
    '',
    ...table(['', 'mean', 'deviation', 'least', 'greatest'], Object.entries(summary).flatMap(([part, figures]) =>
      Object.entries(figures).map(([figure, { mean, deviation, least, greatest }]) => [`${part} ${figure}`, mean, deviation, least, greatest]))),
    '',
    `Each of them: basin members ${folder}`,
  ];
}
