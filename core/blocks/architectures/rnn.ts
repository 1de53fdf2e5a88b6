import { defineBlock } from '#core/nn';
import { z } from 'zod';
import { recurrentFields, recurrentNetwork } from './recurrent-network';

/** The plain recurrent network `h = f(W_ih x + b_ih + W_hh h + b_hh)`; names and first weights as in `nn.RNN`. */
export const rnn = defineBlock({
  slot: 'architectures',
  use: 'rnn',
  title: 'Plain RNN',
  help: 'The simplest recurrent network: its gradients vanish or explode over long sequences, which is what to see here.',
  paper: { title: 'Finding Structure in Time', authors: 'Elman', year: 1990, id: '10.1207/s15516709cog1402_1' },
  inputs: ['sequence', 'text'],
  tasks: ['classification', 'regression', 'language-model'],
  parameters: z.object({
    ...recurrentFields,
    nonlinearity: z.enum(['tanh', 'relu']).default('tanh').describe('Nonlinearity of the state.').meta({ label: 'Nonlinearity' }),
  }),
  build: ({ nonlinearity, ...settings }, context) => recurrentNetwork(nonlinearity, 'RNN', settings, context),
});
