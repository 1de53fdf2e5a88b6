import { UserError } from '#core/graph';
import { compose, embedding, finalState, linear, recurrent, sequencePooling } from '#core/nn';
import type { Architecture, BuildContext, CellKind, Initializer, Module } from '#core/nn';
import { z } from 'zod';
import { vocabularyOf } from './sequence-input';
import { varianceScaling } from '../initializers/variance-scaling';

/** The settings that all recurrent networks share. */
export const recurrentFields = {
  units: z.number().int().min(1).max(8192).default(64).describe('Length of the hidden state.').meta({ label: 'Units', unit: 'units' }),
  layers: z.number().int().min(1).max(16).default(1).describe('Recurrent layers, each reading the states of the one below.').meta({ label: 'Layers', unit: 'layers' }),
  bidirectional: z.boolean().default(false).describe('Read the sequence from both ends; not for language models, which would see the answer.').meta({ label: 'Both directions' }),
  dropout: z.number().min(0).max(0.95).default(0).describe('Share of the states dropped between two layers in training.').meta({ label: 'Dropout' }),
  pool: z.enum(['last', 'mean']).default('last').describe('What one answer for a whole sequence is read from: the last state, or the mean of all.').meta({ label: 'Pooling' }),
  embedding: z.number().int().min(1).max(8192).default(32).describe('Length of the vector of a token, where the data are text.').meta({ label: 'Embedding', unit: 'units', advanced: true }),
};

type Settings = { [K in keyof typeof recurrentFields]: z.infer<(typeof recurrentFields)[K]> };

/** Uniform up to `1 / sqrt(units)`, PyTorch's first weights of recurrent layers; the output layer has the same rule, as there. */
const uniform: Initializer = varianceScaling('uniform', ({ fanIn }) => 1 / (3 * fanIn));
/** PyTorch's first embeddings. */
const standardNormal: Initializer = ({ shape }, random) => random.normals(shape.reduce((a, b) => a * b, 1));

/**
 * A recurrent network: tokens become vectors, the layers run over the steps, a dense layer reads the last state (or the mean), or
 * every state where the next token is asked for. Names: `embedding.weight`, `rnn.weight_ih_l0` ..., `head.weight`.
 */
export function recurrentNetwork(
  cell: CellKind,
  title: string,
  { units, layers, bidirectional, dropout, pool, embedding: size }: Settings,
  context: BuildContext,
  initializer: Initializer = uniform,
): Architecture {
  const everyStep = context.task === 'language-model';
  if (everyStep && bidirectional) {
    throw new UserError('recurrent.bidirectional', 'a language model cannot read the text in both directions: it would see the token it is asked for', {
      hint: 'Set "bidirectional" to false.',
    });
  }
  const children: Record<string, Module> = {};
  let shape = context.exampleShape;
  const next = (name: string, module: Module): void => {
    children[name] = module;
    shape = module.outputShape;
  };
  if (context.input === 'text') next('embedding', embedding({ vocabulary: vocabularyOf(context), width: size, initializer: standardNormal })(shape));
  next('rnn', recurrent({ cell, units, layers, bidirectional, dropout, initializer })(shape));
  if (!everyStep) next('pool', (pool === 'mean' ? sequencePooling('mean') : finalState(bidirectional ? 2 : 1))(shape));
  next('head', linear({ units: context.outputs, initializer: uniform, biasInitializer: uniform })(shape));
  return compose({
    title: `${bidirectional ? 'Bidirectional ' : ''}${title} ${layers} x ${units}`,
    inputShape: context.exampleShape,
    outputShape: shape,
    children,
    forward: (call, x) => Object.keys(children).reduce((value, child) => call(child, value), x),
  });
}
