import { traceAlgorithms } from '#core/curvature';
import { defineBlock } from '#core/nn';
import { z } from 'zod';
import { measureFields } from './fields';
import type { Measure } from './measure';

/** `tr H` from random vectors, with its 95 % interval. */
export const hessianTrace = defineBlock({
  slot: 'measures',
  use: 'hessian-trace',
  title: 'Hessian trace',
  help: 'The curvature summed over all directions, with a 95 % interval.',
  paper: { title: 'XTrace: Making the Most of Every Sample in Stochastic Trace Estimation', authors: 'Epperly, Tropp, Webber', year: 2024, id: 'arXiv:2301.07825' },
  parameters: z.object({
    ...measureFields,
    algorithm: z.enum(['xtrace', 'hutch++', 'hutchinson']).default('xtrace').describe('How the random vectors are used; xtrace is the most exact.').meta({ label: 'Algorithm' }),
    products: z.int().min(6).max(1000).default(32).describe('Products with the Hessian that are spent.').meta({ label: 'Products' }),
  }),
  build: ({ every, everyEpochs, algorithm, products, seed, ...examples }): Measure => ({
    every, everyEpochs,
    examples: { ...examples, seed },
    passes: 1.5 * products,
    async take({ operator, signal }) {
      const { value, interval } = await traceAlgorithms[algorithm](await operator('hessian'), { products, seed, ...(signal && { signal }) });
      return [{ value, interval }];
    },
  }),
});
