import type { Case, Measure } from '../frame/case';
import { comparison } from './comparison';
import { networks } from './step';

const members = (count: number, batched: boolean): Case => ({
  name: batched ? `${count}-batched` : String(count),
  title: `${count} MLPs 2-16-16-2 at once, batch 64, SGD; PyTorch ${batched ? 'all at once too' : 'one by one'}`,
  network: networks.tiny,
  examples: 64,
  work: { kind: 'population', members: count, learningRate: 0.1, batched },
  peers: ['pytorch'],
  ...(count === 256 && !batched && { wanted: { pytorch: 30 } }),
});

const measure: Measure = { unit: 'µs a model a step', scale: 1000, rounds: 11, turn: 250, figure: 'median' };

/** Many small networks in one program; the time of one member's step. */
export const population = comparison('population', [members(64, false), members(256, false), members(1024, false), members(256, true)], measure);

const cnns: Case = {
  name: '256-cnns',
  title: '256 CNNs 1-16-32 on 28x28 at once, batch 16, SGD; PyTorch one by one',
  network: { kind: 'cnn' },
  examples: 16,
  work: { kind: 'population', members: 256, learningRate: 0.1, batched: false },
  peers: ['pytorch'],
};

/** Populations that only a graphics card makes worth while. */
export const largePopulations = comparison('large populations', [members(4096, false), cnns], measure);
