import { defineBlock } from '#core/nn';
import { z } from 'zod';
import { recurrentFields, recurrentNetwork } from './recurrent-network';

/**
 * Long short-term memory: a cell state carried by gates, so that gradients last over many steps. Forget gate of Gers et al. 2000; gates,
 * names and first weights as in `nn.LSTM` (`rnn.weight_ih_l0` ...: gates i, f, g, o; uniform up to `1 / sqrt(units)`).
 */
export const lstm = defineBlock({
  slot: 'architectures',
  use: 'lstm',
  title: 'LSTM',
  help: 'A recurrent network with a memory that lasts: the classic choice for series and text.',
  paper: { title: 'Long Short-Term Memory', authors: 'Hochreiter, Schmidhuber', year: 1997, id: '10.1162/neco.1997.9.8.1735' },
  inputs: ['sequence', 'text'],
  tasks: ['classification', 'regression', 'language-model'],
  parameters: z.object(recurrentFields),
  build: (settings, context) => recurrentNetwork('lstm', 'LSTM', settings, context),
});
