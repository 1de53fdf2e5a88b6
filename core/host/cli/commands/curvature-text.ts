import type { CurvatureCost, CurvatureFigures, CurvatureListing, CurvatureMoment, CurvaturePoint, CurvatureReport, Eigenvalue } from '#core/runs';
import { brief, duration, number, table } from '../terminal';

/** What a request would take. */
export function costText({ seconds, mostSeconds, products, matrices, examples, memoryBytes }: CurvatureCost): string[] {
  const [usual, most] = [seconds, mostSeconds].map((each) => duration(Math.max(1, each)));
  const size = `${products.toLocaleString('en')} products with ${matrices === 1 ? 'the matrix' : `${matrices} matrices`} on ${examples} examples`;
  return [`About ${usual!}${usual === most ? '' : `, at most ${most!} with all the iterations that are allowed`}: ${size}; ${Math.ceil(memoryBytes / 2 ** 20)} MB of memory.`];
}

/** Everything that is known, in lines for a terminal. */
export function reportText(report: CurvatureReport): string[] {
  const { run, operator, examples, gradientNorm, layers, points, seconds } = report;
  return [
    `${operator} of ${run.name}, step ${run.step}: ${report.dimension} x ${report.dimension}, ${examples} examples, norm of the gradient ${number(gradientNorm)} (${brief(seconds)})`,
    ...spectrumLines(report),
    ...eigenvalueLines(report),
    ...estimateLines(report),
    ...(layers === undefined ? [] : ['', ...layerTable(layers)]),
    ...(points === undefined ? [] : ['', ...pathTable(report.path ?? [], points)]),
  ];
}

/** How many of all eigenvalues lie on which side of zero, as far as rounding lets it be known. */
function spectrumLines({ spectrum }: CurvatureFigures): string[] {
  if (spectrum === undefined) return [];
  const { values, rounding, negative, zero, positive } = spectrum;
  return ['', `All ${values.length} eigenvalues, each to within ${number(rounding)} (rounding): ${positive} positive, ${negative} negative, ${zero} too near zero to tell. --json and --out hold them all.`];
}

function eigenvalueLines({ eigenvalues, dimension, request }: CurvatureReport): string[] {
  if (eigenvalues === undefined) return [];
  const { largest, smallest, iterations, converged, tolerance, floor, algorithm } = eigenvalues;
  const size = Math.max(...[...largest, ...smallest].map(({ value }) => Math.abs(value)));
  const asked = Math.min(request.top, dimension) + Math.min(request.bottom, dimension);
  const found = largest.length + smallest.length;
  const row = (what: string) => (pair: Eigenvalue, i: number) => [`${what} ${i + 1}`, pair.value, pair.residual, pair.converged ? 'yes' : 'NO', directionText(pair)];
  return [
    '',
    ...table(['eigenvalue', 'value', 'residual', 'converged', 'direction'], [...largest.map(row('largest')), ...smallest.map(row('smallest'))]),
    ...(floor === undefined || algorithm === 'whole matrix' ? [] : [`The products' rounding, measured, is ${number(floor)} of each residual.`]),
    ...(floor !== undefined && floor > tolerance * size ? ['The tolerance is finer than these products are: more iterations do not help; --device reference computes in float64.'] : []),
    ...(found < asked ? [`${found} of ${asked} eigenvalues were found: ${iterations} iterations give no more. More: --max-iterations, or all of them: --all.`] : []),
    ...(converged || found < asked || (floor !== undefined && floor > tolerance * size) ? [] : [`Not converged to ${number(tolerance)} after ${iterations} iterations: some eigenvalue lies within the residual of each value. More: --max-iterations.`]),
  ];
}

/** How far the eigenvector may be off; a converged value's direction need not have settled where others lie near it. */
function directionText({ angle }: Eigenvalue): string {
  if (angle === undefined) return '-';
  return angle >= 0.5 ? 'not settled' : `within ${number((Math.asin(angle) * 180) / Math.PI)} degrees`;
}

function estimateLines({ spectrum, condition, diagonal, trace, frobeniusNorm, participationRatio, density, entropyRank, dimension }: CurvatureFigures): string[] {
  const interval = ([low, high]: readonly [number, number]): string => (spectrum ? `to within ${number((high - low) / 2)}` : `95 % interval ${number(low)} to ${number(high)}`);
  const lines = [
    ...(condition ? [condition.value === undefined ? `condition number: none, ${condition.reason}` : `condition number ${number(condition.value)} (${condition.interval ? `${number(condition.interval[0])} to ${number(condition.interval[1])}` : 'by the residuals'})`] : []),
    ...(diagonal ? [`diagonal: mean ${number(diagonal.mean)}, from ${number(diagonal.smallest)} to ${number(diagonal.largest)}, ${diagonal.negative} of ${dimension} negative; standard error of an entry ${number(diagonal.standardError)} (${diagonal.products} products)`] : []),
    ...(trace ? [`trace ${number(trace.value)} (${interval(trace.interval)}; ${trace.algorithm}, ${trace.products} products)`] : []),
    ...(frobeniusNorm ? [`Frobenius norm ${number(frobeniusNorm.value)} (${interval(frobeniusNorm.interval)})`] : []),
    ...(participationRatio === undefined ? [] : [`participation ratio ${number(participationRatio)} of ${dimension} directions`]),
    ...(density ? [`density: from ${number(density.smallest)} to ${number(density.largest)}`] : []),
    ...(density && !trace ? [`trace, from the density: ${number(density.trace.value)} (${interval(density.trace.interval)}; --trace is more exact)`] : []),
    ...(entropyRank === undefined ? [] : [`effective rank (entropy) ${number(entropyRank)} of ${dimension}`]),
  ];
  return lines.length > 0 ? ['', ...lines] : [];
}

const pairText = (pair: Eigenvalue | undefined): string => (pair === undefined ? '-' : `${number(pair.value)}${pair.converged ? '' : ` +- ${number(pair.residual)}`}`);
const estimateText = (estimate: CurvatureFigures['trace']): string => (estimate ? `${number(estimate.value)} +- ${number(estimate.standardError)}` : '-');

/** Rows are parameters, but of the tangent kernel, which acts on outputs. */
function layerTable(layers: Readonly<Record<string, CurvatureFigures>>): string[] {
  return table(
    ['layer', 'dimension', 'largest', 'smallest', 'trace'],
    Object.entries(layers).map(([name, { dimension, eigenvalues, trace }]) => [name, dimension, pairText(eigenvalues?.largest[0]), pairText(eigenvalues?.smallest[0]), estimateText(trace)]),
  );
}

/** One line a checkpoint. */
function pathTable(path: readonly CurvatureMoment[], points: readonly CurvaturePoint[]): string[] {
  const rows = points.flatMap(({ step, figures }) => {
    if (!figures) return [];
    const { eigenvalues, trace, frobeniusNorm } = figures;
    const epoch = path.find((moment) => moment.step === step)?.epoch;
    return [[step, epoch === undefined ? '-' : number(epoch), pairText(eigenvalues?.largest[0]), pairText(eigenvalues?.smallest[0]), estimateText(trace), estimateText(frobeniusNorm)]];
  });
  return table(['step', 'epoch', 'largest', 'smallest', 'trace', 'Frobenius'], rows);
}

/** Kept results, newest first. */
export function listText(listings: readonly CurvatureListing[]): string[] {
  if (listings.length === 0) return ['No curvature has been computed of this run yet.'];
  return table(
    ['name', 'matrix', 'step', 'examples', 'what', 'state'],
    listings.map(({ id, head, complete, seconds, tensors }) => [id, head.operator, head.run.step, head.examples, askedText(head.request, tensors.includes('vectors')), complete ? brief(seconds) : 'stopped']),
  );
}

/** What a request asked for, in a few words. */
function askedText({ all, top, bottom, trace, diagonal, frobenius, density, byLayer, byBlock, over }: CurvatureListing['head']['request'], vectors: boolean): string {
  return [
    ...(all ? ['all eigenvalues'] : []),
    ...(top + bottom > 0 ? [`${top}+${bottom} eigenvalues`] : []),
    ...(trace === null ? [] : ['trace']),
    ...(diagonal ? ['diagonal'] : []),
    ...(frobenius ? ['Frobenius'] : []),
    ...(density ? ['density'] : []),
    ...(byLayer ? ['by layer'] : byBlock ? ['by block'] : []),
    ...(over === null ? [] : ['over time']),
    ...(vectors ? ['vectors'] : []),
  ].join(', ');
}
