import { copyFileSync } from 'node:fs';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { UserError } from '#core/graph';
import { barriersOf, exportPath, pathFormatOf, pathKinds, pathTitle, type PathFileLook, type PathKind, type PathResult } from '#core/landscape';
import {
  computeRunPath, estimateRunPath, pathRecipeInFile, pathRequestSchema, pathWeightsFile, programName, requestFromPathRecipe, splitNames, type CheckpointName, type OpenRun, type PathRequest, type SplitName,
} from '#core/runs';
import { goesOn, interruptible } from '../interrupt';
import { checkpointOption, deviceOption, example, jsonOption, memberOption, pixels, positive, shareOrNone, terminalOf, threadsOption, wholeNumber } from '../options';
import { otherWeights } from '../other-weights';
import { openNamed } from '../surfaces/named';
import { openOfRecipe } from '../surfaces/recipe';
import { takenWeights } from '../taken-weights';
import { checkOutputFile, writeOutputFile } from '../output-file';
import { duration, number, table, type Terminal } from '../terminal';

interface PathOptions {
  to?: string;
  recipe?: string;
  kind: PathKind;
  align?: boolean;
  epochs?: number;
  batchSize?: number;
  learningRate: number;
  momentum: number;
  pivots: number;
  cycles: number;
  spring: number;
  points: number;
  split: SplitName[];
  subset?: number;
  seed: number;
  estimate?: boolean;
  out?: string;
  logHeight?: boolean;
  size?: [number, number];
  dpi?: number;
  theme?: 'light' | 'dark';
  midpoint?: string;
  checkpoint?: CheckpointName;
  member?: number | 'best';
  device?: string;
  threads?: number;
  json?: boolean;
}

export function addPath(program: Command): void {
  example(
    program
      .command('path')
      .description('find a path between two minima, and the barrier on it')
      .argument('[run]', 'where it starts: a run\'s folder, id or name')
      .option('--to <run[#member][@checkpoint]>', 'weights of the same network at the other end')
      .addOption(new Option('--kind <kind>', 'a straight line; a Bezier curve or a chain of two lines with a trained bend; an elastic band of trained pivots').choices([...pathKinds]).default('bezier'))
      .option('--align', 'first match the units of the other network with this one\'s (Git Re-Basin, weight matching)')
      .option('--epochs <count>', 'passes over the training part (default: 30, for a band 6)', wholeNumber(1))
      .option('--batch-size <examples>', 'examples of a step (default: as the run was trained, at most 128)', wholeNumber(1))
      .option('--learning-rate <rate>', 'of the training of the path', positive, 0.05)
      .option('--momentum <share>', 'of the training of the path', shareOrNone, 0.9)
      .option('--pivots <count>', 'band: points between the ends at first; more are inserted where the path is high', wholeNumber(1), 4)
      .option('--cycles <count>', 'band: rounds of training, between which pivots are inserted', wholeNumber(1), 4)
      .option('--spring <stiffness>', 'band: how stiffly pivots keep their distances, 0 to 1', shareOrNone, 0.5)
      .option('--points <count>', 'places at which the path is evaluated', wholeNumber(3), 61)
      .addOption(new Option('--split <part>', 'part of the data to evaluate on; can be repeated (default: train, and test where there is one)').choices([...splitNames]).argParser((text: string, before: SplitName[]) => [...before, splitOf(text)]).default([] as SplitName[], 'none'))
      .option('--subset <examples>', 'evaluate on at most so many examples of each part, drawn with the seed; the training of the path takes all', wholeNumber(1))
      .option('--seed <seed>', 'seed of mini-batches, places, layers\' order and subset', wholeNumber(0), 0)
      .option('--recipe <file>', 'find the path of a recipe again: a recipe.json, or a file that was exported with one. Without a run, of the run that it names')
      .option('--estimate', 'only say what it would cost')
      .option('--out <file>', 'also write the result, by its ending: .json .csv .svg .png .pdf .html')
      .option('--log-height', 'logarithmic heights in the picture')
      .addOption(new Option('--size <width>x<height>', 'size of the picture in pixels (default: 1600x1000)').argParser(pixels))
      .option('--dpi <dots>', 'dots per inch that a .png says of itself', wholeNumber(1))
      .addOption(new Option('--theme <theme>', 'light or dark (default: light; a page follows the system)').choices(['light', 'dark']))
      .option('--midpoint <file>', 'also write the weights at the path\'s middle (.safetensors), for `run --weights`')
      .addOption(checkpointOption())
      .addOption(memberOption())
      .addOption(deviceOption())
      .addOption(threadsOption())
      .addOption(jsonOption()),
    'basin path runs/seed-0 --to runs/seed-1',
    'basin path runs/seed-0 --to runs/seed-1 --kind line --align --out line.html',
    'basin path --recipe line.html',
    'basin path runs/seed-0 --to runs/seed-1 --kind band --epochs 8 --subset 2000 --out band.png',
  ).action(async (named: string | undefined, options: PathOptions) => {
    const terminal = terminalOf(options);
    const format = options.out === undefined ? undefined : pathFormatOf(options.out);
    for (const file of [options.out, options.midpoint]) if (file !== undefined) checkOutputFile(file);
    const { run, request } = options.recipe === undefined ? await asked(terminal, named, options) : await again(options.recipe, named, options);
    const { align, points } = request;
    if (options.estimate) {
      const estimate = await estimateRunPath(run, request, { program: programName });
      terminal.result(estimate, () => `About ${duration(estimate.seconds)}: ${estimate.steps > 0 ? `${duration(estimate.trainSeconds)} for ${estimate.steps} steps, ` : ''}${align ? `${duration(estimate.alignSeconds)} for matching units, ` : ''}${duration(estimate.evaluateSeconds)} for ${points} places.`);
      return;
    }
    const { id, result } = await compute(terminal, (signal) => computeRunPath(run, request, { program: programName, signal }));
    if (options.out !== undefined && format !== undefined) writeOutputFile(options.out, await exportPath(result, format, lookOf(options)));
    if (options.midpoint !== undefined) copyFileSync(pathWeightsFile(run.paths.folder, id, 'midpoint'), options.midpoint);
    const { recipe, straight, alignment, inner, t, distance, values } = result;
    const barriers = barriersOf(result);
    terminal.result({ id, folder: run.paths.path(id), out: options.out, recipe, barriers, length: distance.at(-1), straight, inner, alignment, t, distance, values }, () => [
      `${pathTitle(recipe)}: length ${number(distance.at(-1)!)}, straight ${number(straight)}${inner > 1 ? `, ${inner} pivots` : ''}`,
      ...(alignment ? [alignmentLine(alignment)] : []),
      '',
      ...table(
        ['barrier', 'above the line', 'at t', 'above the mean', 'highest', 'middle'],
        Object.entries(barriers).flatMap(([part, quantities]) => Object.entries(quantities).map(([quantity, { aboveLine, at, aboveMean, highest }]) =>
          [`${part} ${quantity}`, aboveLine, aboveLine > 0 ? at : '-', aboveMean, highest, values[part]![quantity]![Math.floor((t.length - 1) / 2)]!])),
      ),
      '',
      `Kept in ${run.paths.path(id)}${options.out === undefined ? '' : `; ${options.out} written`}`,
    ]);
  });
}

/** What the options ask for. */
async function asked(terminal: Terminal, named: string | undefined, options: PathOptions): Promise<{ run: OpenRun; request: PathRequest }> {
  const { to, align = false, split, subset = null, checkpoint, epochs, kind, batchSize, learningRate, momentum, pivots, cycles, spring, points, seed } = options;
  if (named === undefined) throw new UserError('path.run', 'Which run? Name its folder, its id or its name, or give a --recipe.');
  if (to === undefined) throw new UserError('path.to', 'Where does the path lead? Name the other weights: --to RUN, or give a --recipe.');
  const opened = await openNamed(named, options);
  return takenWeights(terminal, opened, pathRequestSchema.parse({
    to: otherWeights(to), align, kind, learningRate, momentum, pivots, cycles, spring, points, seed, subset, checkpoint: checkpoint ?? opened.usualCheckpoint,
    ...(split.length > 0 && { splits: [...new Set(split)] }),
    ...(epochs !== undefined && { epochs }),
    ...(batchSize !== undefined && { batchSize }),
  }));
}

/** `--recipe FILE`: the run and the request that find its path again. */
async function again(file: string, named: string | undefined, options: PathOptions): Promise<{ run: OpenRun; request: PathRequest }> {
  if (options.to !== undefined) throw new UserError('path.recipe.to', '--recipe says where the path leads: leave --to out.');
  const recipe = pathRecipeInFile(file);
  const run = await openOfRecipe(recipe, named, options);
  return { run, request: requestFromPathRecipe(run, recipe, { program: programName }) };
}

/** How the picture is to look. */
const lookOf = ({ logHeight, size, dpi, theme }: PathOptions): PathFileLook => ({ ...(logHeight && { scale: 'log' }), ...(size && { width: size[0], height: size[1] }), ...(dpi !== undefined && { dotsPerInch: dpi }), ...(theme && { theme }) });

const alignmentLine = ({ distanceBefore, distanceAfter, passes, groups, kept }: NonNullable<PathResult['alignment']>): string =>
  `${groups} ${groups === 1 ? 'layer' : 'layers'} of units matched in ${passes} passes: distance ${number(distanceBefore)} -> ${number(distanceAfter)}${kept.length > 0 ? `; left in their order: ${kept.map(({ name }) => name).join(', ')}` : ''}`;

/** Computes with a bar; Ctrl-C keeps what is known. */
async function compute(terminal: Terminal, start: (signal: AbortSignal) => ReturnType<typeof computeRunPath>): Promise<{ id: string; result: PathResult }> {
  let bar: { stage: string; progress: ReturnType<Terminal['progress']> } | undefined;
  const stage = (title: string, total: number): ReturnType<Terminal['progress']> => {
    if (bar?.stage === title) return bar.progress;
    bar?.progress.end();
    bar = { stage: title, progress: terminal.progress(title, total) };
    return bar.progress;
  };
  try {
    return await interruptible(goesOn('path.stopped'), async (signal) => {
      for await (const event of start(signal)) {
        if (event.kind === 'end') return { id: event.id, result: event.result };
        if (event.kind === 'train') stage('Path', event.steps).update(event.step, { text: `loss ${number(event.loss)}`, remainingSeconds: event.remainingSeconds });
        else if (event.kind === 'point') stage('Curve', event.total).update(event.done, { text: `${event.done} of ${event.total} places` });
      }
      throw new Error('the path ended without an end');
    });
  } finally {
    bar?.progress.end();
  }
}

function splitOf(text: string): SplitName {
  const found = splitNames.find((name) => name === text);
  if (found === undefined) throw new InvalidArgumentError(`It must be one of ${splitNames.join(', ')}.`);
  return found;
}
