import { Option, type Command } from 'commander';
import { operatorNames } from '#core/curvature';
import {
  answerRunCurvature, curvatureFormatOf, curvatureRequestSchema, estimateRunCurvature, exportCurvature, listRunCurvature, openCurvatureTensors, openRunCurvature, programName, removeRunCurvature, reportOf, resolveRun, splitNames,
  eigenAlgorithmNames, type CheckpointName, type CurvatureReport, type EigenAlgorithm, type SplitName,
} from '#core/runs';
import { goesOn, interruptible } from '../interrupt';
import { openFolder } from '../opened';
import { checkpointOption, deviceOption, example, jsonOption, memberOption, pixels, moments, share, terminalOf, threadsOption, wholeNumber } from '../options';
import { checkOutputFile, writeOutputFile } from '../output-file';
import type { Terminal } from '../terminal';
import { costText, listText, reportText } from './curvature-text';

interface CurvatureOptions {
  operator: string;
  top: number;
  bottom: number;
  all?: boolean;
  trace?: string | true;
  frobenius?: boolean;
  density?: boolean;
  layers?: string[];
  weightsOnly?: boolean;
  parameters?: string[];
  byLayer?: boolean;
  byBlock?: boolean;
  overCheckpoints?: true | 'all' | number;
  batch?: number;
  split: SplitName;
  subset?: number;
  seed: number;
  tolerance: number;
  maxIterations: number;
  algorithm: EigenAlgorithm;
  selective?: boolean;
  diagonal?: boolean;
  products: number;
  batchStatistics?: boolean;
  checkpoint?: CheckpointName;
  member?: number | 'best';
  vectors?: boolean;
  saveVectors?: string;
  saveDiagonal?: string;
  again?: boolean;
  estimate?: boolean;
  list?: boolean;
  show?: string;
  remove?: string;
  size?: [number, number];
  dpi?: number;
  theme: 'light' | 'dark';
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
      .option('--all', 'every eigenvalue, from the whole matrix written out (up to 4,096 parameters); trace, norm and density then are exact')
      .addOption(new Option('--trace [algorithm]', 'estimate the trace: hutchinson, hutch++ or xtrace (the default)').choices(['hutchinson', 'hutch++', 'xtrace']).preset('xtrace'))
      .option('--frobenius', 'estimate the Frobenius norm; with --trace also how many directions the curvature is spread over')
      .option('--density', 'spectral density, by stochastic Lanczos quadrature; whole with --json or --out')
      .option('--layers <names...>', 'only parameters whose names begin so')
      .option('--parameters <patterns...>', 'only parameters whose names fit a pattern, like layers.*.weight')
      .option('--weights-only', 'without biases and normalization parameters')
      .addOption(new Option('--by-layer', 'the same for the block of each layer').conflicts('byBlock'))
      .option('--by-block', 'the same for each block of layers, all that share a name up to its first number')
      .addOption(new Option('--over-checkpoints [count]', 'the same, without the density, at all checkpoints of the training, or so many of them').argParser(moments))
      .addOption(new Option('--split <part>', 'part of the data').choices([...splitNames]).default('train'))
      .option('--subset <examples>', 'take so many examples, drawn with the seed', wholeNumber(1))
      .addOption(new Option('--batch <examples>', 'one mini-batch of so many, drawn with the seed; BatchNorm with its statistics').argParser(wholeNumber(1)).conflicts('subset'))
      .option('--seed <seed>', 'seed of the subset and of all random vectors', wholeNumber(0), 0)
      .addOption(new Option('--tolerance <share>', 'largest residual, as a share of the largest eigenvalue').argParser(share).default(1e-3))
      .addOption(new Option('--algorithm <name>', 'how eigenvalues are searched for; lobpcg finds multiple ones with their multiplicity, power the one of the largest size').choices([...eigenAlgorithmNames]).default('lanczos'))
      .option('--max-iterations <count>', 'most iterations of the search', wholeNumber(1), 100)
      .option('--selective', 'selective reorthogonalization: less memory traffic, for many iterations')
      .option('--diagonal', 'estimate every entry of the diagonal, and keep them beside the result, as safetensors')
      .option('--products <count>', 'products spent on each estimate by random vectors', wholeNumber(6), 96)
      .option('--batch-statistics', 'BatchNorm with the statistics of each batch, not the running ones')
      .option('--vectors', 'keep the eigenvectors beside the result, as safetensors')
      .option('--estimate', 'only say what it would cost')
      .option('--again', 'compute anew what was computed before')
      .addOption(new Option('--list', 'list the results that are kept with the run').conflicts(['show', 'remove']))
      .addOption(new Option('--show <name>', 'tell a kept result').conflicts('remove'))
      .option('--remove <name>', 'delete a kept result')
      .option('--save-vectors <file>', 'write the eigenvectors to a .safetensors file, too; with --show those that were kept')
      .option('--save-diagonal <file>', 'write the diagonal and its standard errors to a .safetensors file, too; with --show those that were kept')
      .option('--out <file>', 'write a figure with tables as .html, a picture as .svg, .png or .pdf, the report as .json, its numbers as .csv')
      .addOption(new Option('--size <width>x<height>', 'size of a figure in pixels (default: 1200 wide, as high as its panels need)').argParser(pixels))
      .option('--dpi <dots>', 'dots per inch that a .png says of itself', wholeNumber(1))
      .addOption(new Option('--theme <theme>', 'of a figure').choices(['light', 'dark']).default('light'))
      .addOption(checkpointOption())
      .addOption(memberOption())
      .addOption(deviceOption())
      .addOption(threadsOption())
      .addOption(jsonOption()),
    'basin curvature runs/mnist --top 5 --bottom 1 --subset 2000',
    'basin curvature runs/mnist --by-layer --over-checkpoints --out path.csv',
    'basin curvature runs/mnist --top 5 --density --out curvature.html',
    'basin curvature runs/moons --all --device reference --out spectrum.csv',
    'basin curvature runs/mnist --list',
    'basin curvature runs/mnist --operator gauss-newton --top 1 --trace --by-layer',
  ).action(async (named: string, options: CurvatureOptions) => {
    const terminal = terminalOf(options);
    if (options.out !== undefined) checkReportFile(options.out);
    for (const path of [options.saveVectors, options.saveDiagonal]) if (path !== undefined) checkOutputFile(path);
    const { folder } = resolveRun(named);
    if (options.list) {
      const kept = await listRunCurvature(folder);
      return terminal.result(kept, () => listText(kept));
    }
    if (options.remove !== undefined) {
      removeRunCurvature(folder, options.remove);
      return terminal.result({ removed: options.remove }, () => [`Removed ${options.remove}.`]);
    }
    if (options.show !== undefined) {
      saveTensors(folder, options.show, options);
      return give(terminal, reportOf(openRunCurvature(folder, options.show)), options);
    }
    const run = await openFolder(folder, options);
    const request = curvatureRequestSchema.parse({
      operator: options.operator,
      top: options.top,
      bottom: options.bottom,
      all: options.all ?? false,
      trace: options.trace ?? null,
      frobenius: options.frobenius ?? false,
      diagonal: options.diagonal ?? options.saveDiagonal !== undefined,
      algorithm: options.algorithm,
      density: options.density ?? options.all ?? false,
      layers: options.layers ?? [],
      parameters: options.parameters ?? [],
      kinds: options.weightsOnly ? 'weights' : 'all',
      byLayer: options.byLayer ?? false,
      byBlock: options.byBlock ?? false,
      over: options.overCheckpoints === undefined ? null : options.overCheckpoints === true ? 'all' : options.overCheckpoints,
      batch: options.batch ?? null,
      split: options.split,
      subset: options.subset ?? null,
      seed: options.seed,
      tolerance: options.tolerance,
      maxIterations: options.maxIterations,
      reorthogonalization: options.selective ? 'selective' : 'full',
      products: options.products,
      vectors: options.vectors ?? options.saveVectors !== undefined,
      batchNorm: options.batchStatistics ? 'batch' : 'evaluation',
      checkpoint: options.checkpoint ?? run.usualCheckpoint,
    });
    if (options.estimate) {
      const cost = await estimateRunCurvature(run, request);
      return terminal.result(cost, () => costText(cost));
    }
    let told = performance.now();
    const answer = await interruptible({ ...goesOn('curvature.stopped'), message: 'Stopped. What was found is kept.' }, (signal) =>
      answerRunCurvature(run, request, {
        program: programName,
        again: options.again ?? false,
        signal,
        onEvent(event) {
          if (event.kind !== 'progress' || performance.now() - told < 2000) return;
          told = performance.now();
          terminal.note(event.text);
        },
      }));
    if (answer.kept) terminal.note(`Read from ${run.paths.curvature(answer.id)}; --again computes it anew.`);
    saveTensors(folder, answer.id, options);
    if (options.vectors || options.diagonal) terminal.note(`${[...(options.vectors ? ['vectors.safetensors'] : []), ...(options.diagonal ? ['diagonal.safetensors'] : [])].join(' and ')}: in ${run.paths.curvature(answer.id)}`);
    await give(terminal, answer.report, options);
  });
}

/** @throws UserError when the name says no format, or the file cannot be written */
function checkReportFile(path: string): void {
  curvatureFormatOf(path);
  checkOutputFile(path);
}

/** Writes what lies beside a result to the files that are named. */
function saveTensors(folder: string, id: string, { saveVectors, saveDiagonal }: CurvatureOptions): void {
  if (saveVectors !== undefined) writeOutputFile(saveVectors, openCurvatureTensors(folder, id, 'vectors'));
  if (saveDiagonal !== undefined) writeOutputFile(saveDiagonal, openCurvatureTensors(folder, id, 'diagonal'));
}

async function give(terminal: Terminal, report: CurvatureReport, { out, size, dpi, theme }: CurvatureOptions): Promise<void> {
  const look = { theme, ...(size && { width: size[0], height: size[1] }), ...(dpi !== undefined && { dotsPerInch: dpi }) };
  if (out !== undefined) writeOutputFile(out, await exportCurvature(report, curvatureFormatOf(out), look));
  terminal.result(report, () => reportText(report));
}
