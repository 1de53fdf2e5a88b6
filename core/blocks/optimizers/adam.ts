import { defineBlock } from '#core/nn';
import { z } from 'zod';
import { adaptiveMoments, momentFields } from './adaptive-moments';
import { learningRate, weightDecay, weightDecayOn } from './fields';

/** Adam; weight decay is added to the gradient, as in PyTorch. */
export const adam = defineBlock({
  slot: 'optimizers',
  use: 'adam',
  title: 'Adam',
  help: 'Adapts the step of every parameter to its gradients; works with little tuning.',
  paper: { title: 'Adam: A Method for Stochastic Optimization', authors: 'Kingma, Ba', year: 2015, id: 'arXiv:1412.6980' },
  proposedFor: ['classification', 'regression', 'language-model', 'reconstruction'],
  parameters: z.object({ learningRate: learningRate(0.001), ...momentFields, weightDecay: weightDecay(0), weightDecayOn }),
  build: (parameters) => adaptiveMoments({ ...parameters, decoupled: false }),
});
