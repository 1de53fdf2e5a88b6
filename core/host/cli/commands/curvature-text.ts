import type { CurvatureFigures, CurvatureListing, CurvatureReport, Eigenvalue } from '#core/runs';
import { brief, number, table } from '../terminal';

/** Everything that is known, in lines for a terminal. */
export function reportText(report: CurvatureReport): string[] {
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

/** Kept results, newest first. */
export function listText(listings: readonly CurvatureListing[]): string[] {
  if (listings.length === 0) return ['No curvature has been computed of this run yet.'];
  return table(
    ['name', 'matrix', 'step', 'examples', 'what', 'state'],
    listings.map(({ id, head, complete, seconds, vectors }) => [id, head.operator, head.run.step, head.examples, askedText(head.request, vectors), complete ? brief(seconds) : 'stopped']),
  );
}

/** What a request asked for, in a few words. */
function askedText({ top, bottom, trace, frobenius, density, byLayer }: CurvatureListing['head']['request'], vectors: boolean): string {
  return [
    ...(top + bottom > 0 ? [`${top}+${bottom} eigenvalues`] : []),
    ...(trace === null ? [] : ['trace']),
    ...(frobenius ? ['Frobenius'] : []),
    ...(density ? ['density'] : []),
    ...(byLayer ? ['by layer'] : []),
    ...(vectors ? ['vectors'] : []),
  ].join(', ');
}
