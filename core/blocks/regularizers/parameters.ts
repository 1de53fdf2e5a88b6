import { add, constant } from '#core/graph';
import type { Tensor } from '#core/graph';
import type { Tensors } from '#core/nn';
import type { ParameterSpecs } from '#core/train';
import { z } from 'zod';

/** Which parameters a penalty is on. */
export const on = z.enum(['weights', 'all']).default('weights')
  .describe('Weights only, or biases and normalization parameters too.').meta({ label: 'Applies to', advanced: true });

/** The sum of `term` over the chosen parameters, a scalar. */
export function sumOver(specs: ParameterSpecs, parameters: Tensors, kinds: 'weights' | 'all', term: (w: Tensor) => Tensor): Tensor {
  return Object.entries(parameters)
    .filter(([name]) => kinds === 'all' || specs[name]?.kind === 'weight')
    .map(([, value]) => term(value))
    .reduce((total, value) => add(total, value), constant(0));
}
