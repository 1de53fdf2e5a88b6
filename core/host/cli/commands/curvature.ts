import { Option, InvalidArgumentError, type Command } from 'commander';
import { operatorNames } from '#core/curvature';
import { UserError } from '#core/graph';
import {
  computeRunCurvature, curvatureRequestSchema, openRun, readSettings, resolveRun, splitNames, type CheckpointName, type CurvatureFigures, type CurvatureReport,
  type Eigenvalue, type SplitName,
} from '#core/runs';
import { interruptSignal } from '../interrupt';
import { checkpointOption, deviceOption, example, jsonOption, memberOption, terminalOf, threadsOption, wholeNumber } from '../options';
import { checkOutputFile, writeOutputFile } from '../output-file';
import { brief, number, table } from '../terminal';

interface CurvatureOptions {
  operator: string;
  top: number;
  bottom: number;
  trace?: string | true;
  frobenius?: boolean;
  density?: boolean;
  layers?: string[];
  weightsOnly?: boolean;
  byLayer?: boolean;
  split: SplitName;
  subset?: number;
  seed: number;
  tolerance: number;
  maxIterations: number;
  selective?: boolean;
  products: number;
  batchStatistics?: boolean;
  checkpoint?: CheckpointName;
  member?: number | 'best';
  out?: string;
  device?: string;
  threads?: number;
  json?: boolean;
}

export function addCurvature(program: Command): void {
  example(
    program
      .command('curvature')
      .description('eigenvalues, trace and spectral density of the loss around a trained network')
      .argument('<run>', 'its folder, id or name')
      .addOption(new Option('--operator <name>', 'which matrix').choices([...operatorNames]).default('hessian'))
      .option('--top <count>', 'how many of the largest eigenvalues', wholeNumber(0), 1)
      .option('--bottom <count>', 'how many of the smallest eigenvalues', wholeNumber(0), 0)
      .addOption(new Option('--trace [algorithm]', 'estimate the trace: hutchinson, hutch++ or xtrace (the default)').choices(['hutchinson', 'hutch++', 'xtrace']).preset('xtrace'))
      .option('--frobenius', 'estimate the Frobenius norm; with --trace also how many directions the curvature is spread over')
      .option('--density', 'spectral density, by stochastic Lanczos quadrature; whole with --json or --out')
      .option('--layers <names...>', 'only parameters whose names begin so')
      .option('--weights-only', 'without biases and normalization parameters')
      .option('--by-layer', 'the same for the block of each layer')
      .addOption(new Option('--split <part>', 'part of the data').choices([...splitNames]).default('train'))
      .option('--subset <examples>', 'take so many examples, drawn with the seed', wholeNumber(1))
      .option('--seed <seed>', 'seed of the subset and of all random vectors', wholeNumber(0), 0)
      .addOption(new Option('--tolerance <share>', 'largest residual, as a share of the largest eigenvalue').argParser(share).default(1e-3))
      .option('--max-iterations <count>', 'most Lanczos iterations', wholeNumber(1), 100)
      .option('--selective', 'selective reorthogonalization: less memory traffic, for many iterations')
      .option('--products <count>', 'products spent on each estimate by random vectors', wholeNumber(6), 96)
      .option('--batch-statistics', 'BatchNorm with the statistics of each batch, not the running ones')
      .option('--out <file>', 'write the whole report as JSON')
      .addOption(checkpointOption())
      .addOption(memberOption())
      .addOption(deviceOption())
      .addOption(threadsOption())
      .addOption(jsonOption()),
    'basin curvature runs/mnist --top 5 --bottom 1 --subset 2000',
    'basin curvature runs/mnist --operator gauss-newton --top 1 --trace --by-layer',
  ).action(async (named: string, options: CurvatureOptions) => {
    const terminal = terminalOf(options);
    if (options.out !== undefined) checkOutputFile(options.out);
    const { folder } = resolveRun(named);
    const run = await openRun(folder, {
      threads: options.threads ?? readSettings().threads,
      ...(options.device !== undefined && { device: options.device }),
      ...(options.member !== undefined && { member: options.member }),
    });
    const request = curvatureRequestSchema.parse({
      operator: options.operator,
      top: options.top,
      bottom: options.bottom,
      trace: options.trace ?? null,
      frobenius: options.frobenius ?? false,
      density: options.density ?? false,
      layers: options.layers ?? [],
      kinds: options.weightsOnly ? 'weights' : 'all',
      byLayer: options.byLayer ?? false,
      split: options.split,
      subset: options.subset ?? null,
      seed: options.seed,
      tolerance: options.tolerance,
      maxIterations: options.maxIterations,
      reorthogonalization: options.selective ? 'selective' : 'full',
      products: options.products,
      batchNorm: options.batchStatistics ? 'batch' : 'evaluation',
      checkpoint: options.checkpoint ?? run.usualCheckpoint,
    });
    const { signal, release } = interruptSignal();
    let report: CurvatureReport;
    let told = performance.now();
    try {
      report = await computeRunCurvature(run, request, {
        signal,
        onEvent(event) {
          if (event.kind !== 'progress' || performance.now() - told < 2000) return;
          told = performance.now();
          terminal.note(event.text);
        },
      });
    } catch (error) {
      if (!signal.aborted) throw error;
      throw new UserError('curvature.stopped', 'Stopped.');
    } finally {
      release();
    }
    if (options.out !== undefined) writeOutputFile(options.out, new TextEncoder().encode(`${JSON.stringify(report, typedArraysAsLists)}\n`));
    terminal.result(report, () => text(report));
  });
}

const typedArraysAsLists = (_: string, value: unknown): unknown => (ArrayBuffer.isView(value) ? Array.from(value as Float64Array) : value);

function text(report: CurvatureReport): string[] {
  const { run, operator, examples, gradientNorm, layers, seconds } = report;
  return [
    `${operator} of ${run.name}, step ${run.step}: ${report.dimension} x ${report.dimension}, ${examples} examples, norm of the gradient ${number(gradientNorm)} (${brief(seconds)})`,
    ...eigenvalueLines(report),
    ...estimateLines(report),
    ...(layers === undefined ? [] : ['', ...layerTable(layers)]),
  ];
}

function eigenvalueLines({ eigenvalues }: CurvatureFigures): string[] {
  if (eigenvalues === undefined) return [];
  const { largest, smallest, iterations, converged, tolerance } = eigenvalues;
  const row = (what: string) => (pair: Eigenvalue, i: number) => [`${what} ${i + 1}`, pair.value, pair.residual, pair.converged ? 'yes' : 'NO'];
  return [
    '',
    ...table(['eigenvalue', 'value', 'residual', 'converged'], [...largest.map(row('largest')), ...smallest.map(row('smallest'))]),
    ...(converged ? [] : [`Not converged to ${number(tolerance)} after ${iterations} iterations: some eigenvalue lies within the residual of each value. More: --max-iterations.`]),
  ];
}

function estimateLines({ trace, frobeniusNorm, participationRatio, density, entropyRank, dimension }: CurvatureFigures): string[] {
  const interval = ([low, high]: readonly [number, number]): string => `95 % interval ${number(low)} to ${number(high)}`;
  const lines = [
    ...(trace ? [`trace ${number(trace.value)} (${interval(trace.interval)}; ${trace.algorithm}, ${trace.products} products)`] : []),
    ...(frobeniusNorm ? [`Frobenius norm ${number(frobeniusNorm.value)} (${interval(frobeniusNorm.interval)})`] : []),
    ...(participationRatio === undefined ? [] : [`participation ratio ${number(participationRatio)} of ${dimension} directions`]),
    ...(density ? [`density: from ${number(density.smallest)} to ${number(density.largest)}, trace ${number(density.trace.value)} (${interval(density.trace.interval)})`] : []),
    ...(entropyRank === undefined ? [] : [`effective rank (entropy) ${number(entropyRank)} of ${dimension}`]),
  ];
  return lines.length > 0 ? ['', ...lines] : [];
}

function layerTable(layers: Readonly<Record<string, CurvatureFigures>>): string[] {
  const value = (pair: Eigenvalue | undefined): string => (pair === undefined ? '-' : `${number(pair.value)}${pair.converged ? '' : ` +- ${number(pair.residual)}`}`);
  return table(
    ['layer', 'parameters', 'largest', 'smallest', 'trace'],
    Object.entries(layers).map(([name, { dimension, eigenvalues, trace }]) => [
      name, dimension, value(eigenvalues?.largest[0]), value(eigenvalues?.smallest[0]), trace ? `${number(trace.value)} +- ${number(trace.standardError)}` : '-',
    ]),
  );
}

function share(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 1)) throw new InvalidArgumentError('It must be a number above 0, at most 1.');
  return value;
}
