import { defineBlock } from '#core/nn';
import { z } from 'zod';
import { adaptiveMoments, momentFields } from './adaptive-moments';
import { learningRate, weightDecay, weightDecayOn } from './fields';

/** Adam with decoupled weight decay: `w` shrinks by `rate * weightDecay` beside the adaptive step, not through it. */
export const adamw = defineBlock({
  slot: 'optimizers',
  use: 'adamw',
  title: 'AdamW',
  help: 'Adam whose weight decay acts evenly on every parameter. A good first choice.',
  paper: { title: 'Decoupled Weight Decay Regularization', authors: 'Loshchilov, Hutter', year: 2019, id: 'arXiv:1711.05101' },
  parameters: z.object({ learningRate: learningRate(0.001), ...momentFields, weightDecay: weightDecay(0.01), weightDecayOn }),
  build: (parameters) => adaptiveMoments({ ...parameters, decoupled: true }),
});
