import { defineBlock } from '#core/nn';
import { z } from 'zod';
import { warmup, withWarmup } from './warmup';

/** The factor 1 throughout. */
export const constantSchedule = defineBlock({
  slot: 'schedules',
  use: 'constant',
  title: 'Constant',
  help: 'The same learning rate throughout.',
  parameters: z.object({ warmup }),
  build: (parameters, context) => withWarmup(parameters.warmup, context, () => 1),
});
