import { z } from 'zod';

/** Most rows of a generated table. */
const mostRows = 1_000_000;

/** How many rows. */
export const count = (rows: number) =>
  z.int().min(10).max(mostRows).default(rows).describe('How many examples to draw.')
    .meta({ label: 'Examples', unit: 'examples', scale: 'log' });

/** Standard deviation of the normal noise that is added to `what`. */
export const noise = (what: string, deviation: number, most = 2) =>
  z.number().min(0).max(most).default(deviation).describe(`Standard deviation of the normal noise added to ${what}.`)
    .meta({ label: 'Noise', scale: 'linear' });

/** Share of labels that are replaced by a wrong one. */
export const labelNoise = z.number().min(0).max(1).default(0)
  .describe('Share of examples whose label is replaced by another class, drawn at random.')
  .meta({ label: 'Label noise', unit: 'share', advanced: true });

export const seed = z.int().min(0).default(0).describe('Seed of the random numbers: the same seed gives the same data on every machine.')
  .meta({ label: 'Seed', advanced: true });
