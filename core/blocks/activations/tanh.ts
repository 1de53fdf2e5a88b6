import { tanh } from '#core/graph';
import { defineBlock } from '#core/nn';
import type { Activation } from '#core/nn';
import { z } from 'zod';

/** `tanh(x)` */
export const tanhBlock = defineBlock({
  slot: 'activations',
  use: 'tanh',
  title: 'Tanh',
  help: 'Smooth and bounded by -1 and 1.',
  parameters: z.object({}),
  build: (): Activation => tanh,
});
