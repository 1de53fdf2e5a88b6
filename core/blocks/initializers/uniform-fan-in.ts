import { defineBlock } from '#core/nn';
import type { Initializer } from '#core/nn';
import { z } from 'zod';
import { varianceScaling } from './variance-scaling';

/** Uniform on `[-1 / sqrt(fanIn), 1 / sqrt(fanIn)]`: variance `1 / (3 fanIn)`. What `nn.Linear` and `nn.Conv2d` start with. */
export const uniformFanIn = defineBlock({
  slot: 'initializers',
  use: 'uniform-fan-in',
  title: 'Uniform, fan in (PyTorch)',
  help: 'Uniform up to one over the square root of the inputs: the default of PyTorch’s linear and convolutional layers.',
  paper: { title: 'Efficient BackProp', authors: 'LeCun, Bottou, Orr, Müller', year: 1998 },
  parameters: z.object({}),
  build: (): Initializer => varianceScaling('uniform', ({ fanIn }) => 1 / (3 * fanIn)),
});
