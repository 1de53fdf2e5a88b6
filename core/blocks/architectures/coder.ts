import { UserError } from '#core/graph';
import { convolution, elementwise, flatten, linear, sequential, transposedConvolution, unflatten } from '#core/nn';
import type { BuildContext, Layer, Module, Shape } from '#core/nn';
import { z } from 'zod';
import { activations } from '../activations';
import { initializers } from '../initializers';

/** The settings of an encoder and of the decoder that mirrors it. */
export const coderFields = {
  channels: z.array(z.number().int().min(1).max(1024)).max(8).default([])
    .describe('Pictures: channels of the convolutions, each halving the picture; empty for dense layers alone.').meta({ label: 'Channels' }),
  widths: z.array(z.number().int().min(1).max(65_536)).max(16).default([128])
    .describe('Units of the dense layers between the input (or the convolutions) and the latent.').meta({ label: 'Dense widths', unit: 'units' }),
  latent: z.number().int().min(1).max(4096).default(8).describe('Numbers that an example is squeezed into.').meta({ label: 'Latent', unit: 'numbers' }),
  activation: activations.schema.prefault('relu').describe('Nonlinearity after each hidden layer.').meta({ label: 'Activation', advanced: true }),
  initializer: initializers.schema.prefault('he').describe('How the first weights are drawn.').meta({ label: 'Initializer', advanced: true }),
};
type Settings = { [K in keyof typeof coderFields]: z.infer<(typeof coderFields)[K]> };

/** Kernel, stride and padding of the convolutions: each halves the picture. */
const window = { kernel: 3, stride: 2, padding: 1 } as const;

/**
 * An encoder up to the layer before the latent, and the decoder from the latent back to the flattened example. The decoder mirrors
 * the encoder: transposed convolutions for convolutions, to the same sizes. No activation follows the last layer.
 */
export function coder(settings: Settings, context: BuildContext): { encoder: Module; decoder: Module } {
  const { channels, widths, latent } = settings;
  const { exampleShape } = context;
  if (channels.length > 0 && exampleShape.length !== 3) {
    throw new UserError('autoencoder.channels', `convolutions take pictures, not examples of the shape [${exampleShape.join(', ')}]`, { hint: 'Leave "channels" empty.' });
  }
  const activation = elementwise(activations.build(settings.activation, context));
  const initializer = initializers.build(settings.initializer, context);
  let shape: Shape = exampleShape;
  const pictures: Shape[] = [];
  const down = channels.map((each): Layer => {
    const layer = convolution({ channels: each, ...window, initializer });
    pictures.unshift(shape);
    shape = layer(shape).outputShape;
    return layer;
  });
  const flat = shape.reduce((a, b) => a * b, 1);
  const dense = (units: number): Layer => linear({ units, initializer });
  const encoder = sequential([
    ...down.flatMap((layer) => [layer, activation]),
    ...(shape.length > 1 ? [flatten] : []),
    ...widths.flatMap((units) => [dense(units), activation]),
  ])(exampleShape);
  const up = pictures.flatMap(([out, height, width]): Layer[] =>
    [activation, transposedConvolution({ channels: out!, ...window, size: [height!, width!], initializer })]);
  const decoder = sequential([
    ...[...widths].reverse().flatMap((units) => [dense(units), activation]),
    dense(flat),
    ...(up.length > 0 ? [unflatten(shape), ...up, flatten] : []),
  ])([latent]);
  return { encoder, decoder };
}
