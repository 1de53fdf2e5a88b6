import type { Case } from '../frame/case';
import { comparison } from './comparison';
import { networks } from './step';

const work = { kind: 'eigen', steps: 20, batch: 1000 } as const;
const cases: readonly Case[] = [
  {
    name: 'mlp',
    title: 'Top Hessian eigenvalue, 20 Lanczos steps, MLP 784-512-512-10 on 2,000 examples',
    network: networks.mlp,
    examples: 2000,
    work,
    peers: ['pytorch'],
    wanted: { pytorch: 5 },
  },
  {
    name: 'cnn',
    title: 'Top Hessian eigenvalue, 20 Lanczos steps, CNN 1-16-32 on 2,000 examples',
    network: networks.cnn,
    examples: 2000,
    work,
    peers: ['pytorch'],
    wanted: { pytorch: 1.5 },
  },
  {
    name: 'resnet20',
    title: 'Hessian of a ResNet-20 with given BatchNorm statistics, 5 Lanczos steps, 128 examples',
    network: { kind: 'resnet', blocksPerStage: 3, evaluation: true },
    examples: 128,
    work: { kind: 'eigen', steps: 5, batch: 32 },
    peers: ['pytorch'],
  },
];

/** Lanczos with full reorthogonalisation on the whole data; both sides keep what does not change between products. */
export const eigen = comparison('eigen', cases, { unit: 's for all steps', scale: 1 / 1000, rounds: 5, turn: 250, figure: 'median' });
