import { Option, type Command } from 'commander';
import { UserError } from '#core/graph';
import { curvatureQuantities, surfaceFormatOf } from '#core/landscape';
import { batchNormModes, resolveRun, splitNames, type OpenRun, type SurfaceRequest } from '#core/runs';
import { checkpointOption, deviceOption, example, jsonOption, memberOption, moments, pixels, positive, share, shareOrNone, terminalOf, threadsOption, wholeNumber } from '../options';
import { checkOutputFile } from '../output-file';
import { compareSurfaces } from '../surfaces/compare';
import { computeWithBar } from '../surfaces/compute';
import { surfaceEstimate } from '../surfaces/estimate';
import { followSurface } from '../surfaces/follow';
import { listKeptSurfaces, removeKeptSurface } from '../surfaces/kept';
import { openNamed } from '../surfaces/named';
import { oneSurface } from '../surfaces/one';
import { fromRecipeFile } from '../surfaces/recipe';
import { lookOf, requestOf, type SurfaceOptions } from '../surfaces/request';
import { surfaceSeries } from '../surfaces/series';
import { adaptive, grid, levels, quantities, range, seconds } from '../surfaces/values';
import { takenWeights } from '../taken-weights';
import type { Terminal } from '../terminal';

/** Points of a slice of a training that is followed, where none are asked for. */
const coarseGrid: SurfaceRequest['grid'] = [25, 25];

export function addSurface(program: Command): void {
  example(
    program
      .command('surface')
      .description('compute the loss surface around a trained network')
      .argument('[runs...]', 'its folder, id or name; of a population RUN#3. Several (up to four) stand side by side on one scale')
      .option('--out <file>', 'what to write, by its ending: .json .csv .npy .png .svg .pdf .vtp .vti .gltf .stl .html; without it the surface is only kept with the run')
      .addOption(new Option('--plane <kind>', 'two random filter-normalised directions, the plane of the path of training, one line, the plane through two other weights, the gradient or the way of steepest ascent and a random direction, two eigenvectors of the Hessian, or directions of a file').choices(['random', 'trajectory', 'line', 'through', 'gradient', 'eigenvectors', 'ascent', 'vectors']).default('random'))
      .addOption(new Option('--to <run[#member][@checkpoint]>', 'other weights of the same network that a line (one), a plane (two) or a volume (three) leads to; can be repeated').argParser((text: string, before: string[]) => [...before, text]).default([] as string[], 'none'))
      .addOption(new Option('--with <run[#member][@checkpoint]>', 'with --plane trajectory: another run of the same network, whose path spans the plane together with this one\'s; can be repeated, up to 7').argParser((text: string, before: string[]) => [...before, text]).default([] as string[], 'none'))
      .option('--align', 'match the units of the networks of --with with this one\'s first (Git Re-Basin, weight matching)')
      .addOption(new Option('--grid <nx>x<ny>[x<nz>]', 'points along x and y; a third number makes a volume').argParser(grid).default([51, 51], '51x51'))
      .addOption(new Option('--adaptive <points[:quantity]>', 'compute so many points of the grid only, chosen where this quantity (default: --metric) bends; the others are interpolated, and marked as such in tables and pictures').argParser(adaptive))
      .addOption(new Option('--range <from>:<to>', 'extent of all axes (default: -1:1; of a trajectory: the path with a margin; of eigenvectors: as far as the loss is seen to bend; of an ascent: twice its radius)').argParser(range))
      .addOption(new Option('--range-y <from>:<to>', 'extent of the y axis, where it differs').argParser(range))
      .addOption(new Option('--range-z <from>:<to>', 'extent of a volume\'s z axis, where it differs').argParser(range))
      .addOption(new Option('--split <part>', 'part of the data').choices([...splitNames]).default('train'))
      .option('--metric <name>', 'what the height shows: loss, or one of the task\'s quantities (accuracy, rmse)', 'loss')
      .option('--subset <examples>', 'evaluate on so many examples, drawn with the seed', wholeNumber(1))
      .option('--seed <seed>', 'seed of directions and subset', wholeNumber(0), 0)
      .addOption(new Option('--normalization <kind>', 'how directions are scaled (default: filter; for eigenvectors, ascent and vectors none)').choices(['filter', 'layer', 'weight', 'none']))
      .addOption(new Option('--include <parameters>', 'which parameters directions move (default: weights; for eigenvectors and ascent all)').choices(['weights', 'biases', 'all']))
      .addOption(new Option('--eigenvectors <which>', 'with --plane eigenvectors: the two largest, or the largest and the smallest').choices(['top2', 'top-bottom']).default('top2'))
      .addOption(new Option('--eigen-tolerance <share>', 'with --plane eigenvectors: largest residual, as a share of the largest eigenvalue').argParser(share).default(1e-3))
      .option('--eigen-iterations <count>', 'with --plane eigenvectors: most iterations of the search', wholeNumber(1), 100)
      .addOption(new Option('--radius <distance>', 'with --plane ascent: of the ball in weight space that is searched for the highest loss').argParser(positive).default(0.05))
      .option('--steps <count>', 'with --plane ascent: how many steps the search takes', wholeNumber(1), 20)
      .option('--vectors <file>', 'with --plane vectors: a safetensors file of one or two directions, tensors 0.NAME and 1.NAME with the parameters\' PyTorch names')
      .option('--save-directions <file>', 'also write the plane\'s directions, as a file that --vectors takes')
      .addOption(new Option('--batch-norm <mode>', 'statistics that BatchNorm takes: those that the training left, each batch\'s own, or running ones taken anew at each point').choices([...batchNormModes]).default('evaluation'))
      .addOption(new Option('--quantities <names>', `what else is computed at every point, with commas between: ${curvatureQuantities.join(', ')}`).argParser(quantities).default([] as string[], 'none'))
      .option('--per-class', 'loss and accuracy of each class, too: loss/CLASS')
      .addOption(new Option('--tolerance <share>', 'residual below which a top eigenvalue has converged, as a share of the largest').argParser(share).default(0.01))
      .option('--max-iterations <count>', 'most Lanczos iterations at a point', wholeNumber(2), 60)
      .option('--products <count>', 'products of the Hessian spent on the trace at a point', wholeNumber(4), 24)
      .addOption(new Option('--over-checkpoints [count]', 'slices through all kept checkpoints, or so many evenly spaced, along the same directions: .html .png .zip .json').argParser(moments).preset('all'))
      .option('--follow', 'while the run trains: a slice through its newest weights (25x25 points where no --grid is given), and again, along the directions of the first, until it ends or Ctrl-C; --out takes .html .png .zip .json then, or can be left away')
      .addOption(new Option('--every <seconds>', 'with --follow: least time from one slice to the next; the training has at least half of it to itself').argParser(seconds).default(5))
      .option('--recipe <file>', 'make the picture of a recipe again: a recipe.json, or a file that was exported with one. Without a run, of the run that it names')
      .option('--log-height', 'logarithmic height in pictures and meshes')
      .addOption(new Option('--size <width>x<height>', 'size of a picture in pixels (default: 1600x1200, side by side as high as the panels need)').argParser(pixels))
      .addOption(new Option('--dpi <dots>', 'dots per inch that a .png says of itself').argParser(wholeNumber(1)))
      .addOption(new Option('--theme <theme>', 'light or dark (default: light; a page follows the system)').choices(['light', 'dark']))
      .addOption(new Option('--colors <map>', 'colours of pictures and meshes').choices(['viridis', 'magma', 'cividis', 'diverging']).default('viridis'))
      .addOption(new Option('--shown-as <way>', 'how a page first shows a plane: in space or from above').choices(['surface', 'map']).default('surface'))
      .option('--no-contours', 'leave out contour lines; on a page they can be shown')
      .option('--no-path', 'leave out the paths of training; on a page they can be shown')
      .option('--no-points', 'with --adaptive: leave out the dots that show in pictures which points were computed')
      .addOption(new Option('--levels <values>', 'where the iso-surfaces of a volume lie, like 0.5,1,2 (default: above 2, 10 and 30 % of the points)').argParser(levels))
      .option('--estimate', 'only say what it would cost')
      .addOption(new Option('--list', 'list the surfaces and series that are kept with the run').conflicts('remove'))
      .option('--remove <name>', 'delete a kept surface or series')
      .option('--trust', 'also check whether the picture can be trusted')
      .addOption(new Option('--topology [threshold]', 'also list valleys and passes deeper than this share of the picture\'s height, and mark them in pictures and on pages').argParser(shareOrNone).preset(0.01))
      .addOption(checkpointOption())
      .addOption(memberOption())
      .addOption(deviceOption())
      .addOption(threadsOption())
      .addOption(jsonOption()),
    'basin surface runs/mnist --grid 25x25 --subset 2000 --out valley.html',
    'basin surface runs/mnist --grid 129x129 --estimate',
    'basin surface runs/mnist --plane trajectory --split test --out path.png',
    'basin surface runs/seed-0 --plane through --to runs/seed-1 --to runs/seed-2 --out three.html',
    'basin surface runs/sgd --plane trajectory --with runs/adam --with runs/sam --out three-paths.html',
    'basin surface runs/mnist --plane eigenvectors --subset 2000 --out sharpest.html',
    'basin surface runs/mnist --grid 129x129 --adaptive 1500 --log-height --out fine.png',
    'basin surface runs/mnist --grid 21x21x21 --levels 0.5,1,2 --out volume.gltf',
    'basin surface runs/sgd runs/sam --grid 31x31 --out side-by-side.html',
    'basin surface runs/mnist --plane trajectory --grid 25x25 --over-checkpoints 12 --out training.html',
    'basin surface runs/mnist --follow --subset 1000 --out live.html',
    'basin surface runs/mnist --topology 0.02 --log-height --out valleys.html',
  ).action(async (runs: string[], given: SurfaceOptions, command: Command) => {
    const terminal = terminalOf(given);
    if (given.list) return listKeptSurfaces(terminal, resolveRun(theOne(runs[0])).folder);
    if (given.remove !== undefined) return removeKeptSurface(terminal, resolveRun(theOne(runs[0])).folder, given.remove);
    const asking = { ...given, grid: given.follow && command.getOptionValueSource('grid') === 'default' ? coarseGrid : given.grid };
    if (given.estimate) return surfaceEstimate(terminal, runs, given, () => asked(terminal, runs[0], asking));
    if (given.follow) {
      const [run, ...more] = runs;
      if (run === undefined || more.length > 0) throw new UserError('surface.follow.one', '--follow is about one run', { hint: 'Name one run, without --recipe.' });
      return followSurface(terminal, given, { open: () => openNamed(run, given), requestOf: (opened) => requestOf(opened, asking), look: lookOf(given) });
    }
    const { recipe, overCheckpoints, out, saveDirections } = given;
    if (recipe !== undefined && (runs.length > 1 || overCheckpoints !== undefined)) throw new UserError('surface.recipe.one', '--recipe makes one picture', { hint: 'Name at most one run, without --over-checkpoints.' });
    if (runs.length > 1) return compareSurfaces(terminal, runs, written(given), { requestOf: (run) => requestOf(run, given), lookOf: lookOf(given), compute: computeWithBar });
    if (overCheckpoints !== undefined) return surfaceSeries(terminal, { ...written(given), overCheckpoints }, { open: () => openNamed(theOne(runs[0]), given), requestOf: (run) => requestOf(run, given), look: lookOf(given) });
    if (recipe === undefined) theOne(runs[0]);
    if (out !== undefined) {
      surfaceFormatOf(out);
      checkOutputFile(out);
    }
    if (saveDirections !== undefined) checkOutputFile(saveDirections);
    const { run, request } = await asked(terminal, runs[0], given);
    return oneSurface(terminal, run, request, given);
  });
}

/** The run and the request that are named, or those of a recipe. */
async function asked(terminal: Terminal, named: string | undefined, options: SurfaceOptions): Promise<{ run: OpenRun; request: SurfaceRequest }> {
  if (options.recipe !== undefined) return fromRecipeFile(options.recipe, named, options);
  const opened = await openNamed(theOne(named), options);
  return takenWeights(terminal, opened, requestOf(opened, options));
}

/** @throws UserError where no file is named */
function written(options: SurfaceOptions): SurfaceOptions & { out: string } {
  const { out } = options;
  if (out === undefined) throw new UserError('surface.out', 'Where should the picture be written? --out is missing.', { hint: 'Name a file, like --out valley.html.' });
  return { ...options, out };
}

function theOne(named: string | undefined): string {
  if (named === undefined) throw new UserError('surface.run', 'Which run? Name its folder, its id or its name, or give a --recipe.');
  return named;
}
