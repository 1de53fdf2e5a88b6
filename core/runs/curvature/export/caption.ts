import { formatNumber } from '#core/landscape';
import type { CurvatureFigures, CurvatureReport, Eigenvalue } from '../report';

/** One line that says what the figures are of, and one that says how they were made. */
export function curvatureCaptions({ run, request, operator, examples, device, dimension, gradientNorm }: CurvatureReport): readonly [string, string] {
  const { split, batch, kinds, parameters, layers, seed } = request;
  const how = [
    `step ${run.step}`,
    ...(run.member === undefined ? [] : [`member ${run.member}`]),
    `${split}, ${batch === null ? '' : 'one mini-batch of '}${examples} examples (seed ${seed})`,
    `${dimension} x ${dimension}`,
    ...(kinds === 'weights' ? ['weights only'] : []),
    ...[...layers, ...parameters],
    `norm of the gradient ${formatNumber(gradientNorm)}`,
    device,
  ];
  return [`${operator} of ${run.name}`, how.join(' · ')];
}

/** Estimates and what follows from them, each by its name with its 95 % interval. */
export function estimatesOf({ condition, diagonal, trace, frobeniusNorm, participationRatio, entropyRank, density }: CurvatureFigures): readonly { readonly name: string; readonly value: number; readonly interval?: readonly [number, number] }[] {
  return [
    ...(condition?.value === undefined ? [] : [{ name: 'condition number', value: condition.value, ...(condition.interval && { interval: condition.interval }) }]),
    ...(diagonal ? [{ name: 'mean of the diagonal', value: diagonal.mean }, { name: 'largest entry of the diagonal', value: diagonal.largest }, { name: 'smallest entry of the diagonal', value: diagonal.smallest }] : []),
    ...(trace ? [{ name: 'trace', value: trace.value, interval: trace.interval }] : []),
    // The density gives a trace, too, and a less exact one: beside a trace that was asked for it would only ask which is right.
    ...(density && !trace ? [{ name: 'trace, from the density', value: density.trace.value, interval: density.trace.interval }] : []),
    ...(frobeniusNorm ? [{ name: 'Frobenius norm', value: frobeniusNorm.value, interval: frobeniusNorm.interval }] : []),
    ...(participationRatio === undefined ? [] : [{ name: 'participation ratio', value: participationRatio }]),
    ...(entropyRank === undefined ? [] : [{ name: 'effective rank', value: entropyRank }]),
  ];
}

/** The eigenvalues by name, from the largest to the smallest. */
export const namedEigenvalues = ({ eigenvalues }: CurvatureFigures): readonly (Eigenvalue & { readonly name: string })[] => [
  ...(eigenvalues?.largest ?? []).map((pair, i) => ({ ...pair, name: `largest ${i + 1}` })),
  ...(eigenvalues?.smallest ?? []).map((pair, i) => ({ ...pair, name: `smallest ${i + 1}` })).toReversed(),
];
