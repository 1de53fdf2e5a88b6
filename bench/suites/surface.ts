import { comparison } from './comparison';
import { networks } from './step';

const SLICES = 9;

/** Whole loss surfaces, every point, compilation included; the contenders take turns at slices of the grid. */
export const surface = comparison(
  'surface',
  [
    {
      name: 'mlp',
      title: '51 x 51 surface of the MLP 784-512-512-10 on 2,000 examples',
      network: networks.mlp,
      examples: 2000,
      work: { kind: 'surface', grid: 51, slices: SLICES },
      peers: ['pytorch'],
      wanted: { pytorch: 5 },
    },
  ],
  { unit: 's a surface', scale: 1 / 1000, rounds: SLICES, turn: 0, figure: 'total' },
);
