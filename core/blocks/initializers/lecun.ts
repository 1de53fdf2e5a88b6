import { defineBlock } from '#core/nn';
import type { Initializer } from '#core/nn';
import { z } from 'zod';
import { distribution, varianceScaling } from './variance-scaling';

/** Variance `1 / fanIn` (section 4.6). */
export const lecun = defineBlock({
  slot: 'initializers',
  use: 'lecun',
  title: 'LeCun',
  help: 'Keeps the size of signals through linear and self-normalizing layers.',
  paper: { title: 'Efficient BackProp', authors: 'LeCun, Bottou, Orr, Müller', year: 1998 },
  parameters: z.object({ distribution }),
  build: (parameters): Initializer => varianceScaling(parameters.distribution, ({ fanIn }) => 1 / fanIn),
});
