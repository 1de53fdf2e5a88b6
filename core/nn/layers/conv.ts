import { UserError, add, conv, reshape } from '#core/graph';
import type { Initializer } from '../initializer';
import type { Layer, ParameterSpec } from '../module';
import { imageShape, windowed } from './image-shape';

/**
 * Two-dimensional convolution with a square kernel, `[batch, in, H, W] -> [batch, channels, H', W']`.
 * Parameters as in `torch.nn.Conv2d`: `weight [channels, in / groups, k, k]`, `bias [channels]`.
 */
export function convolution(options: {
  channels: number;
  kernel: number;
  stride?: number;
  padding?: number;
  groups?: number;
  bias?: boolean;
  initializer: Initializer;
}): Layer {
  const { channels, kernel, stride = 1, padding = 0, groups = 1, bias = true, initializer } = options;
  return (inputShape) => {
    const { channels: inputs, height, width } = imageShape('convolution', inputShape);
    if (inputs % groups !== 0 || channels % groups !== 0) {
      throw new UserError('nn.conv.groups', `convolution: ${groups} groups divide neither evenly: ${inputs} -> ${channels} channels`, {
        hint: 'Choose a number of groups that divides both.',
      });
    }
    const outputShape = [
      channels,
      windowed('convolution', height, kernel, stride, padding),
      windowed('convolution', width, kernel, stride, padding),
    ];
    const fan = { fanIn: (inputs / groups) * kernel * kernel, fanOut: (channels / groups) * kernel * kernel };
    const parameters: Record<string, ParameterSpec> = {
      weight: { shape: [channels, inputs / groups, kernel, kernel], kind: 'weight', ...fan, initial: initializer },
    };
    if (bias) parameters['bias'] = { shape: [channels], kind: 'bias', ...fan, initial: 0 };
    return {
      title: `Conv ${kernel}x${kernel} ${inputs} -> ${channels}${stride > 1 ? `, stride ${stride}` : ''}`,
      inputShape,
      outputShape,
      parameters,
      buffers: {},
      apply(values, buffers, x) {
        const y = conv(x, values['weight']!, { stride, padding, groups });
        return { output: bias ? add(y, reshape(values['bias']!, [1, channels, 1, 1])) : y, buffers };
      },
    };
  };
}
