import { compose, convolution, globalAveragePooling, linear, residual, sequential } from '#core/nn';
import type { BuildContext, Layer, Module, ResidualOptions, Shape } from '#core/nn';
import { z } from 'zod';

/** Which block: norm and activation after each convolution, or before it. */
export const shortcutSchema = z.enum(['projection', 'padding', 'none']).default('projection')
  .describe('How the input reaches a sum of another shape: by a 1x1 convolution (option B), by zeros for the new channels (option A); or no shortcut anywhere: a plain network of the same layers.')
  .meta({ label: 'Shortcut' });

/**
 * A residual network for small pictures: a 3x3 convolution, three stages of residual blocks with `widths` channels at full, half
 * and quarter resolution, the average over the picture, and a dense layer. Networks of blocks in the order `pre` normalize
 * once more before the average, others after the first convolution.
 */
export function residualNetwork(
  { title, firstChannels, widths, blocks, ...block }: Omit<ResidualOptions, 'channels' | 'stride'>
    & { title: string; firstChannels: number; widths: readonly [number, number, number]; blocks: number },
  context: BuildContext,
): Module {
  const { activation, norm, initializer, order } = block;
  const stage = (channels: number, firstStride: number): Layer =>
    sequential(Array.from({ length: blocks }, (_, i) => residual({ ...block, channels, stride: i === 0 ? firstStride : 1 })));
  let shape: Shape = context.exampleShape;
  const next = (layer: Layer): Module => {
    const module = layer(shape);
    shape = module.outputShape;
    return module;
  };
  const stages = { layer1: stage(widths[0], 1), layer2: stage(widths[1], 2), layer3: stage(widths[2], 2) };
  const children: Record<string, Module> = {
    conv1: next(convolution({ channels: firstChannels, kernel: 3, padding: 1, bias: false, initializer })),
  };
  if (order !== 'pre') children['bn1'] = next(norm);
  for (const [name, layer] of Object.entries(stages)) children[name] = next(layer);
  if (order === 'pre') children['bn1'] = next(norm);
  children['pool'] = next(globalAveragePooling);
  children['fc'] = next(linear({ units: context.outputs, initializer }));
  return compose({
    title,
    inputShape: context.exampleShape,
    outputShape: shape,
    children,
    forward: (call, x) => Object.keys(children).reduce((value, child) => {
      const result = call(child, value);
      return child === 'bn1' ? activation(result) : result;
    }, x),
  });
}
