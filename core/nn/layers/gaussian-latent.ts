import { add, exp, mul, randomNormal, square, sub, sum } from '#core/graph';
import { compose } from '../compose';
import type { Initializer } from '../initializer';
import type { Layer } from '../module';
import { linear } from './linear';

/**
 * The latent of a variational autoencoder (Kingma and Welling 2014): mean `m` and log-variance `l` of a normal distribution, two
 * dense layers of the input (`fc_mu`, `fc_var`). In training the output is `m + exp(l / 2) e` with normal `e` from a stream keyed by
 * seed, step and name (reparametrization, section 2.4); otherwise it is `m`. The auxiliary result `kl` is the divergence from the
 * standard normal, `-(1 + l - m^2 - exp(l)) / 2` summed over the latent (appendix B).
 */
export function gaussianLatent(options: { size: number; initializer: Initializer }): Layer {
  const { size, initializer } = options;
  return (inputShape) => compose({
    title: `Gaussian latent ${size}`,
    inputShape,
    outputShape: [size],
    children: { fc_mu: linear({ units: size, initializer })(inputShape), fc_var: linear({ units: size, initializer })(inputShape) },
    forward(call, x, mode) {
      const mean = call('fc_mu', x);
      const logVariance = call('fc_var', x);
      const kl = mul(sum(sub(add(square(mean), exp(logVariance)), add(logVariance, 1)), [1]), 0.5);
      if (!mode.train) return { output: mean, auxiliary: { kl } };
      if (mode.random === undefined) throw new Error('gaussian latent: training needs the random streams of the step');
      const noise = randomNormal(mode.random('noise'), mean.shape);
      return { output: add(mean, mul(exp(mul(logVariance, 0.5)), noise)), auxiliary: { kl } };
    },
  });
}
