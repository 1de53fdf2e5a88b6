import { readFileSync } from 'node:fs';
import { drawnPaths, eigenvalueText, exportSurface, findHoles, gridTitle, isoLevels, notConverged, pointCount, quantityTopology, surfaceFormatOf, type Surface, type Topology } from '#core/landscape';
import { checkRunSurface, computeRunSurface, pathGaps, programName, surfaceDirections, type OpenRun, type SurfaceRequest } from '#core/runs';
import { builtPath } from '../../assets';
import { writeOutputFile } from '../output-file';
import { number, table, type Terminal } from '../terminal';
import { computeWithBar } from './compute';
import { lookOf, type SurfaceOptions } from './request';

/** Computes one surface and writes it; without a file it is told, and kept with the run as ever. */
export async function oneSurface(terminal: Terminal, run: OpenRun, request: SurfaceRequest, options: SurfaceOptions): Promise<void> {
  const { out } = options;
  const format = out === undefined ? undefined : surfaceFormatOf(out);
  const { surface, id } = await computeWithBar(terminal, options.metric, (signal) => computeRunSurface(run, request, { program: programName, signal }));
  const viewer = (): string => readFileSync(builtPath('surface-viewer.js'), 'utf8');
  if (out !== undefined && format !== undefined) writeOutputFile(out, await exportSurface(surface, format, { ...lookOf(options), viewer, ...(options.levels && { levels: options.levels }) }));
  if (options.saveDirections !== undefined) writeOutputFile(options.saveDirections, await surfaceDirections(run, request, { program: programName }));
  const { minimum, centre, explainedVariance, eigenvalues, recipe } = surface;
  const paths = drawnPaths(surface);
  const gaps = pathGaps(run.paths.folder, recipe, { others: request.others })(surface);
  const topology = options.topology === undefined
    ? undefined
    : quantityTopology(surface, options.metric, { scale: options.logHeight ? 'log' : 'linear', threshold: options.topology });
  const nested = recipe.grid.z && isoLevels(surface, { quantity: options.metric, ...(options.levels && { levels: options.levels }) });
  const trust = options.trust ? await checkRunSurface(run, request, { program: programName }) : undefined;
  const { heights: _, ...shape } = topology ?? {};
  terminal.result({ id, ...(out !== undefined && { out, format }), recipe, minimum, centre, explainedVariance, ...(paths.length > 1 && { paths: paths.map(({ name, share: held, steps, points, residual, values }) => ({ name, share: held, steps, points, residual, values })) }), eigenvalues, ...(gaps !== '' && { gaps }), ...(nested && { levels: nested }), ...(topology && { topology: shape }), ...(trust && { trust }) }, () => {
    const lowest = minimum[options.metric];
    return [
      `${out ?? `Kept as ${id}`}: ${gridTitle(recipe.grid, ' x ')} points${recipe.adaptive ? `, ${recipe.adaptive.points} of them computed, the others interpolated` : ''}`,
      `${options.metric} at the centre ${number(centre[options.metric] ?? NaN)}${lowest ? `, lowest ${number(lowest.value)} at (${[lowest.x, lowest.y, ...(lowest.z === undefined ? [] : [lowest.z])].map((place) => number(place)).join(', ')})` : ''}`,
      ...(explainedVariance ? [`The ${recipe.grid.z ? 'volume' : 'plane'} holds ${number(100 * explainedVariance.reduce((sum, part) => sum + part, 0))} % of the ${paths.length > 1 ? 'variance of all paths together' : 'path\'s variance'}.`] : []),
      ...(paths.length > 1 ? table(['path', 'own variance in it, %', 'checkpoints', `${options.metric} at its end`], paths.map(({ name, share: held = NaN, steps, values }) => [name, 100 * held, steps.length, values[options.metric]?.at(-1) ?? NaN])) : []),
      ...(nested ?? []).map(({ level, share: part }) => `${options.metric} below ${number(level)} in ${number(100 * part)} % of the volume`),
      ...[findHoles(surface).says, gaps].filter(Boolean),
      ...unconverged(surface),
      ...(eigenvalues ? [`Eigenvalues of the Hessian along the axes: ${eigenvalues.map(eigenvalueText).join('; ')}.`] : []),
      ...(eigenvalues?.some(({ converged }) => !converged) ? ['Not every eigenvector has converged: raise --eigen-iterations or --eigen-tolerance.'] : []),
      ...(topology ? valleys(topology) : []),
      ...(trust ?? []).map(({ passed, title, says }) => `${passed === null ? '-    ' : passed ? 'ok   ' : 'doubt'} ${title}: ${says}`),
    ];
  });
}

/** The topology in a few lines. */
function valleys({ basins, points, ruggedness, scale }: Topology): string[] {
  const passes = points.filter(({ kind }) => kind === 'saddle').length;
  return [
    `${basins.length} ${basins.length === 1 ? 'valley' : 'valleys'}, ${passes} ${passes === 1 ? 'pass' : 'passes'}, ruggedness ${number(ruggedness)}${scale === 'log' ? ' (of logarithmic heights)' : ''}`,
    ...basins.map(({ x, y, value, level, limit, share: part }) =>
      `  floor ${number(value)} at (${number(x)}, ${number(y)}), alone up to ${number(level)} (${limit === 'saddle' ? 'a pass' : 'the picture\'s border'}), ${number(100 * part)} % of the picture`),
  ];
}

/** Says how many eigenvalues are not to be trusted. */
function unconverged(surface: Surface): string[] {
  const { count, worst } = notConverged(surface);
  if (count === 0) return [];
  return [`${count} of ${pointCount(surface.recipe.grid, surface.recipe.adaptive)} top eigenvalues did not converge within ${surface.recipe.curvature?.maxIterations ?? 0} iterations (largest residual ${number(100 * worst)} %). Raise --max-iterations or --tolerance.`];
}
