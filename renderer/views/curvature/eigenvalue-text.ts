import type { Eigenvalue } from '#host-client';
import { formatNumber } from '../../components/number-format';

/**
 * An eigenvalue as it may be read: with its residual wherever that reaches the digits shown. A small one is uncertain even when it
 * has converged, for the tolerance is a share of the largest.
 */
export function eigenvalueText({ value, residual }: Pick<Eigenvalue, 'value' | 'residual'>, digits = 4): string {
  const text = formatNumber(value, digits);
  return residual > 0.5 * 10 ** (1 - digits) * Math.abs(value) ? `${text} ± ${formatNumber(residual, 2)}` : text;
}
