import { softplus } from '#core/graph';
import { defineBlock } from '#core/nn';
import type { Activation } from '#core/nn';
import { z } from 'zod';

/** `log(1 + exp(x))` */
export const softplusBlock = defineBlock({
  slot: 'activations',
  use: 'softplus',
  title: 'Softplus',
  help: 'A smooth, strictly positive ReLU.',
  parameters: z.object({}),
  build: (): Activation => softplus,
});
