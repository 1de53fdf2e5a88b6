import { UserError } from '#core/graph';
import { checkEigenRequest } from './eigen-search';
import { stageCount } from './figures';
import type { CurvatureRequest } from './request';

/** @throws UserError when nothing is asked for, or the matrix has no part in what is */
export function checkRequest(request: CurvatureRequest): void {
  if (stageCount(request) === 0) {
    throw new UserError('curvature.nothing', 'No figure of the matrix is asked for.', { hint: 'Ask for eigenvalues (largest, smallest, all), the trace, the Frobenius norm or the density.' });
  }
  if (request.top + request.bottom > 0) checkEigenRequest(request);
  const { operator, byLayer, byBlock, layers, parameters, kinds } = request;
  if (operator === 'input-hessian' && (byLayer || byBlock || layers.length > 0 || parameters.length > 0 || kinds !== 'all')) {
    throw new UserError('curvature.input', "The input Hessian is made of derivatives in the examples' inputs: no choice of layers or parameters changes it.", { hint: 'Leave that choice out, or take another matrix.' });
  }
}
