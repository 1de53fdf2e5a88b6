import { UserError, add, mul, neg, softplus, square, sub, sum } from '#core/graph';
import { defineBlock } from '#core/nn';
import type { Loss } from '#core/train';
import { z } from 'zod';
import { keptFor } from './kept';

/**
 * Minus the evidence lower bound of a variational autoencoder: `-log p(x | z) + beta KL(q(z | x) || N(0, 1))`, in nats, summed over an
 * example's numbers. Gaussian: `|x - y|^2 / 2` (unit variance, without its constant); Bernoulli: `softplus(y) - x y`, for
 * numbers from 0 to 1. `beta` 1 is the bound (Kingma and Welling 2014, equation 10).
 */
export const elbo = defineBlock({
  slot: 'losses',
  use: 'elbo',
  title: 'ELBO',
  help: 'What a variational autoencoder minimizes: the error of the restored example and, times beta, how far its latent is from a normal one.',
  paper: { title: 'beta-VAE: Learning Basic Visual Concepts with a Constrained Variational Framework', authors: 'Higgins, Matthey, Pal, Burgess, Glorot, Botvinick, Mohamed, Lerchner', year: 2017, venue: 'ICLR' },
  tasks: ['reconstruction'],
  parameters: z.object({
    beta: z.number().min(0).max(1e4).default(1).describe('Weight of the divergence: above 1 for a more orderly latent, below for sharper examples.').meta({ label: 'Beta', scale: 'log' }),
    likelihood: z.enum(['gaussian', 'bernoulli']).default('gaussian')
      .describe('How an example is restored: gaussian for any numbers, bernoulli for numbers from 0 to 1 (pictures, not standardized).').meta({ label: 'Likelihood' }),
  }),
  build({ beta, likelihood }, context): Loss {
    const [least, most] = context.range ?? [0, 1];
    if (likelihood === 'bernoulli' && (least < 0 || most > 1)) {
      throw new UserError('elbo.range', `elbo: the bernoulli likelihood takes numbers from 0 to 1, the data reach from ${least.toPrecision(3)} to ${most.toPrecision(3)}`, {
        hint: 'Set data.standardize to false for pictures, or choose the gaussian likelihood.',
      });
    }
    const link = likelihood === 'bernoulli' ? 'sigmoid' : 'identity';
    return {
      outputs: context.exampleShape.reduce((a, b) => a * b, 1),
      link,
      auxiliary: ['kl'],
      perExample(output, target, auxiliary) {
        const misfit = likelihood === 'bernoulli' ? add(softplus(output), neg(mul(target, output))) : mul(square(sub(output, target)), 0.5);
        return add(sum(misfit, [1]), mul(auxiliary!['kl']!, beta));
      },
      ...keptFor(context, link),
    };
  },
});
