import type { Case } from '../frame/case';
import { comparison } from './comparison';

const sgd = { kind: 'step', optimizer: 'sgd', learningRate: 0.01 } as const;

export const networks = {
  mlp: { kind: 'mlp', widths: [784, 512, 512, 10] },
  tiny: { kind: 'mlp', widths: [2, 16, 16, 2] },
  cnn: { kind: 'cnn' },
} as const;

export const stepCases: readonly Case[] = [
  {
    name: 'mlp',
    title: 'MLP 784-512-512-10, batch 128, SGD',
    network: networks.mlp,
    examples: 128,
    work: sgd,
    peers: ['pytorch', 'tfjs', 'jaxjs'],
    wanted: { pytorch: 4, tfjs: 30, jaxjs: 8 },
  },
  {
    name: 'cnn',
    title: 'CNN 1-16-32 (3x3, stride 2) on 28x28, batch 64, SGD',
    network: networks.cnn,
    examples: 64,
    work: sgd,
    peers: ['pytorch', 'tfjs', 'jaxjs'],
    wanted: { pytorch: 1.5, jaxjs: 100 },
  },
  { name: 'tiny', title: 'MLP 2-16-16-2, batch 64, SGD', network: networks.tiny, examples: 64, work: sgd, peers: ['pytorch', 'tfjs', 'jaxjs'] },
  { name: 'resnet8', title: 'ResNet-8 with BatchNorm on 32x32, batch 64, SGD', network: { kind: 'resnet', blocksPerStage: 1 }, examples: 64, work: sgd, peers: ['pytorch'] },
  {
    name: 'resnet20',
    title: 'ResNet-20 with BatchNorm on 32x32, batch 64, SGD',
    network: { kind: 'resnet', blocksPerStage: 3 },
    examples: 64,
    work: sgd,
    peers: ['pytorch'],
    wanted: { pytorch: 1 },
  },
  {
    name: 'transformer',
    title: 'Transformer (2 layers, width 64, 4 heads, 64 tokens), batch 32, Adam',
    network: { kind: 'transformer', layers: 2, width: 64, heads: 4, tokens: 64, vocabulary: 64 },
    examples: 32,
    work: { kind: 'step', optimizer: 'adam', learningRate: 0.001 },
    peers: ['pytorch'],
    wanted: { pytorch: 2 },
  },
];

/** Training steps. */
export const step = comparison('step', stepCases, { unit: 'ms a step', scale: 1, rounds: 11, turn: 250, figure: 'median' });
