import { UserError, groupNorm as normalizeGroups } from '#core/graph';
import type { Layer } from '../module';

/**
 * Group normalization (Wu and He 2018): each example's channels, in `groups` groups, are brought to mean 0 and variance 1
 * over the group and the picture, then scaled and shifted a channel. Independent of the batch.
 * Names as in `torch.nn.GroupNorm`: `weight`, `bias`, both `[channels]`.
 */
export function groupNorm(options: { groups: number; epsilon?: number }): Layer {
  const { groups, epsilon = 1e-5 } = options;
  return (inputShape) => {
    const channels = inputShape[0]!;
    if (channels % groups !== 0) {
      throw new UserError('nn.group-norm.groups', `group norm: ${groups} groups do not divide ${channels} channels evenly`, {
        hint: 'Choose a number of groups that divides the channels of every stage.',
      });
    }
    const fan = { fanIn: channels, fanOut: channels };
    return {
      title: `GroupNorm ${groups} of ${channels}`,
      inputShape,
      outputShape: inputShape,
      parameters: {
        weight: { shape: [channels], kind: 'norm', ...fan, initial: 1 },
        bias: { shape: [channels], kind: 'norm', ...fan, initial: 0 },
      },
      buffers: {},
      apply: (values, buffers, x) => ({ output: normalizeGroups(x, groups, values['weight'], values['bias'], epsilon), buffers }),
    };
  };
}
