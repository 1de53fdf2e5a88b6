import { compose, defineBlock, linear } from '#core/nn';
import type { Architecture } from '#core/nn';
import { z } from 'zod';
import { initializers } from '../initializers';
import { coder, coderFields } from './coder';

/**
 * Autoencoder: squeezes an example into a few numbers and back. Dense, or convolutional for pictures. With one linear layer each way
 * and the mean squared error it finds the principal components.
 * Names: `encoder.0.weight` ..., `latent.weight`, `decoder.0.weight` ..., each an `nn.Sequential`.
 */
export const autoencoder = defineBlock({
  slot: 'architectures',
  use: 'autoencoder',
  title: 'Autoencoder',
  help: 'Learns to squeeze examples into a few numbers and to restore them: what is left is the structure of the data.',
  paper: { title: 'Reducing the Dimensionality of Data with Neural Networks', authors: 'Hinton, Salakhutdinov', year: 2006, id: '10.1126/science.1127647' },
  tasks: ['reconstruction'],
  inputs: ['table', 'image', 'sequence'],
  parameters: z.object(coderFields),
  build(settings, context): Architecture {
    const { encoder, decoder } = coder(settings, context);
    const latent = linear({ units: settings.latent, initializer: initializers.build(settings.initializer, context) })(encoder.outputShape);
    return compose({
      title: `${settings.channels.length > 0 ? 'Convolutional autoencoder' : 'Autoencoder'}, ${settings.latent} latent`,
      inputShape: context.exampleShape,
      outputShape: decoder.outputShape,
      children: { encoder, latent, decoder },
      forward: (call, x) => call('decoder', call('latent', call('encoder', x))),
    });
  },
});
