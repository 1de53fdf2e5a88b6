import { compose, defineBlock, gaussianLatent } from '#core/nn';
import type { Architecture } from '#core/nn';
import { z } from 'zod';
import { initializers } from '../initializers';
import { coder, coderFields } from './coder';

/**
 * Variational autoencoder: the latent is a normal distribution, drawn from in training; the decoder restores the example from the draw.
 * Outside training the latent is the mean. Its loss is `elbo`, which takes the divergence the network gives.
 * Names: `encoder.0.weight` ..., `latent.fc_mu.weight`, `latent.fc_var.weight`, `decoder.0.weight` ....
 */
export const vae = defineBlock({
  slot: 'architectures',
  use: 'vae',
  title: 'Variational autoencoder',
  help: 'An autoencoder whose latent numbers follow a normal distribution, so that new examples can be drawn.',
  paper: { title: 'Auto-Encoding Variational Bayes', authors: 'Kingma, Welling', year: 2014, id: 'arXiv:1312.6114' },
  tasks: ['reconstruction'],
  inputs: ['table', 'image', 'sequence'],
  proposes: { losses: 'elbo' },
  parameters: z.object(coderFields),
  build(settings, context): Architecture {
    const { encoder, decoder } = coder(settings, context);
    const latent = gaussianLatent({ size: settings.latent, initializer: initializers.build(settings.initializer, context) })(encoder.outputShape);
    return compose({
      title: `${settings.channels.length > 0 ? 'Convolutional VAE' : 'VAE'}, ${settings.latent} latent`,
      inputShape: context.exampleShape,
      outputShape: decoder.outputShape,
      children: { encoder, latent, decoder },
      forward: (call, x) => call('decoder', call('latent', call('encoder', x))),
    });
  },
});
