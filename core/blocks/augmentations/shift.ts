import { add, arange, cast, floor, gather, minimum, mul, pad, randomUniform, reshape, slice, squeeze } from '#core/graph';
import type { Tensor } from '#core/graph';
import { defineBlock } from '#core/nn';
import type { Augmentation } from '#core/train';
import { z } from 'zod';

/** Moves each picture by up to `pixels` in both directions; what enters is the data's mean (0 after standardization). */
export const shift = defineBlock({
  slot: 'augmentations',
  use: 'shift',
  title: 'Shift',
  help: 'Moves pictures by a few pixels at random.',
  inputs: ['image'],
  parameters: z.object({
    pixels: z.number().int().min(1).max(64).default(4).describe('Largest shift up, down, left and right.').meta({ label: 'Largest shift', unit: 'pixels' }),
  }),
  build: ({ pixels }): Augmentation => (x, random) => {
    const [batch, channels, height, width] = x.shape as [number, number, number, number];
    const wide = width + 2 * pixels;
    const high = height + 2 * pixels;
    const padded = pad(x, [[0, 0], [0, 0], [pixels, pixels], [pixels, pixels]]);
    // Shifts of 0 .. 2 pixels of the padded picture, one row and one column shift an example.
    const drawn = mul(randomUniform(random('shift'), [2, batch, 1, 1, 1]), 2 * pixels + 1);
    const shifts = cast(minimum(floor(drawn), 2 * pixels), 'int32'); // rounding may reach the excluded end
    const shiftOf = (which: number): Tensor => squeeze(slice(shifts, [which], [which + 1]), [0]);
    const at = (length: number, stride: number, axis: number): Tensor => {
      const shape = [1, 1, 1, 1];
      shape[axis] = length;
      return reshape(mul(arange(length, 'int32'), stride), shape);
    };
    // Position of every pixel in the flattened padded batch.
    const rows = mul(add(at(height, 1, 2), shiftOf(0)), wide);
    const columns = add(at(width, 1, 3), shiftOf(1));
    const places = add(add(at(batch, channels * high * wide, 0), at(channels, high * wide, 1)), add(rows, columns));
    return gather(reshape(padded, [-1]), places, 0);
  },
});
