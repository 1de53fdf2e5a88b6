import type { Case } from '../frame/case';
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

/** Many small networks in one program; the time of one member's step. */
export const population = comparison('population', [members(64, false), members(256, false), members(1024, false), members(256, true)], {
  unit: 'µs a model a step',
  scale: 1000,
  rounds: 11,
  turn: 250,
  figure: 'median',
});
