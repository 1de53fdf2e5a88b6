import { defineBlock } from '#core/nn';
import { z } from 'zod';
import { recurrentFields, recurrentNetwork } from './recurrent-network';

/**
 * Gated recurrent unit: one state, a gate that keeps it and a gate that resets it. Form, names and first weights as in `nn.GRU`
 * (gates r, z, n; the reset gate acts on `W_hn h + b_hn`).
 */
export const gru = defineBlock({
  slot: 'architectures',
  use: 'gru',
  title: 'GRU',
  help: 'A recurrent network with gates, a little smaller and quicker than an LSTM.',
  paper: {
    title: 'Learning Phrase Representations using RNN Encoder-Decoder for Statistical Machine Translation',
    authors: 'Cho, van Merriënboer, Gulcehre, Bahdanau, Bougares, Schwenk, Bengio', year: 2014, id: 'arXiv:1406.1078',
  },
  inputs: ['sequence', 'text'],
  tasks: ['classification', 'regression', 'language-model'],
  parameters: z.object(recurrentFields),
  build: (settings, context) => recurrentNetwork('gru', 'GRU', settings, context),
});
