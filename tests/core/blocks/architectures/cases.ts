import { Philox } from '#core/graph';
import type { BuildContext, Module } from '#core/nn';
import { built } from '../evaluate';
import type { Examples } from './three-steps';

/** A network of the catalogue small enough to be checked, on data of noise. */
export interface Case {
  /** The network's name in parity.py. */
  name: string;
  specification: Record<string, unknown> & { use: string };
  context: Partial<BuildContext> & { exampleShape: readonly number[] };
}

const pictures = (shape: readonly number[]): Case['context'] => ({ input: 'image', exampleShape: shape });

const series = (shape: readonly number[]): Case['context'] => ({ input: 'sequence', exampleShape: shape });
const text = (steps: number, vocabulary: number): Case['context'] => ({ input: 'text', exampleShape: [steps], vocabulary });
const language = (steps: number, vocabulary: number): Case['context'] =>
  ({ ...text(steps, vocabulary), task: 'language-model', classes: vocabulary, outputs: vocabulary });

const restored = (shape: readonly number[], input: 'table' | 'image'): Case['context'] =>
  ({ task: 'reconstruction', input, exampleShape: shape, outputs: shape.reduce((a, b) => a * b, 1) });

export const cases: readonly Case[] = [
  { name: 'resnet-v1', specification: { use: 'resnet', depth: 8, width: 4 }, context: pictures([2, 8, 8]) },
  { name: 'resnet-v1-padding', specification: { use: 'resnet', depth: 14, width: 3, shortcut: 'padding' }, context: pictures([2, 8, 8]) },
  { name: 'resnet-v1-plain', specification: { use: 'resnet', depth: 8, width: 4, shortcut: 'none' }, context: pictures([2, 8, 8]) },
  { name: 'resnet-v1-bottleneck', specification: { use: 'resnet', depth: 11, width: 3, block: 'bottleneck' }, context: pictures([2, 8, 8]) },
  { name: 'resnet-v2', specification: { use: 'resnet', depth: 14, width: 4, version: 'v2' }, context: pictures([2, 8, 8]) },
  { name: 'resnet-v2-bottleneck', specification: { use: 'resnet', depth: 11, width: 3, version: 'v2', block: 'bottleneck' }, context: pictures([2, 8, 8]) },
  { name: 'wide-resnet', specification: { use: 'wide-resnet', depth: 10, factor: 1 }, context: pictures([2, 8, 8]) },
  { name: 'vgg11-bn', specification: { use: 'vgg', depth: 11, width: 3, hidden: [7], dropout: 0 }, context: pictures([2, 32, 32]) },
  { name: 'vgg13', specification: { use: 'vgg', depth: 13, width: 3, norm: 'none' }, context: pictures([2, 32, 32]) },
  { name: 'lcn', specification: { use: 'lcn', channels: [3, 4] }, context: pictures([2, 7, 6]) },
  { name: 'logistic-regression', specification: { use: 'logistic-regression' }, context: { exampleShape: [5] } },
  { name: 'linear-regression', specification: { use: 'linear-regression' }, context: { task: 'regression', exampleShape: [5], outputs: 1 } },
  { name: 'vit', specification: { use: 'vit', patch: 4, width: 8, heads: 2, depth: 2 }, context: pictures([2, 8, 12]) },
  { name: 'vit-mean', specification: { use: 'vit', patch: 4, width: 8, heads: 4, depth: 1, pool: 'mean', activation: 'relu' }, context: pictures([2, 8, 8]) },
  { name: 'transformer', specification: { use: 'transformer', width: 8, heads: 2 }, context: series([6, 3]) },
  { name: 'transformer-post', specification: { use: 'transformer', width: 8, heads: 2, order: 'post', positions: 'learned', pool: 'last' }, context: text(6, 5) },
  { name: 'gpt', specification: { use: 'gpt', width: 8, heads: 2, tied: false }, context: language(6, 5) },
  { name: 'gpt-tied', specification: { use: 'gpt', width: 8, heads: 2, depth: 1 }, context: language(6, 5) },
  { name: 'lstm', specification: { use: 'lstm', units: 4, layers: 2, bidirectional: true }, context: series([6, 3]) },
  { name: 'gru', specification: { use: 'gru', units: 4, layers: 2, pool: 'mean' }, context: series([6, 3]) },
  { name: 'gru-text', specification: { use: 'gru', units: 4, embedding: 3, bidirectional: true }, context: text(6, 5) },
  { name: 'lstm-language', specification: { use: 'lstm', units: 4, embedding: 3 }, context: language(6, 5) },
  { name: 'rnn', specification: { use: 'rnn', units: 5 }, context: series([6, 3]) },
  { name: 'rnn-relu', specification: { use: 'rnn', units: 5, nonlinearity: 'relu', layers: 2 }, context: { ...series([6, 3]), task: 'regression', targets: 2, outputs: 2 } },
  { name: 'autoencoder', specification: { use: 'autoencoder', widths: [7], latent: 3 }, context: restored([5], 'table') },
  { name: 'autoencoder-conv', specification: { use: 'autoencoder', channels: [3, 4], widths: [6], latent: 3 }, context: restored([2, 7, 6], 'image') },
  { name: 'vae', specification: { use: 'vae', widths: [7], latent: 3, initializer: { use: 'normal', deviation: 0.2 } }, context: restored([5], 'table') },
  { name: 'deep-linear', specification: { use: 'deep-linear', depth: 4, width: 6 }, context: { exampleShape: [5] } },
];

const batch = 8;

export const moduleOf = ({ specification, context }: Case): Module => built('architectures', specification, context);

/** Noise of the right shape: inputs, and classes or numbers to predict. */
export function examplesOf({ context }: Case, module: Module): Examples {
  const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
  const { vocabulary } = context;
  const tokens = (name: string, count: number): Float32Array => new Philox(5, name).uniforms(count).map((value) => Math.floor(value * vocabulary!));
  const numbers = batch * size(module.inputShape);
  const x = context.input === 'text' ? tokens('x', numbers) : new Philox(5, 'x').normals(numbers);
  if (context.task === 'language-model') return { x, y: Int32Array.from(tokens('y', numbers)), count: batch };
  if (context.task === 'reconstruction') return { x, y: x, count: batch };
  const outputs = size(module.outputShape);
  const y = context.task === 'regression'
    ? new Philox(5, 'y').normals(batch * outputs)
    : Int32Array.from({ length: batch }, (_, i) => i % outputs);
  return { x, y, count: batch };
}
