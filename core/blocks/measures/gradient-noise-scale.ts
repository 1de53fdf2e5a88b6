import { norm } from '#core/curvature';
import { defineBlock } from '#core/nn';
import { z } from 'zod';
import { measureFields } from './fields';
import type { Measure } from './measure';

/**
 * The simple noise scale `tr(C) / |g|^2` (McCandlish et al. 2018, equation 2.9; both without bias as in appendix A.1, from `K` batches
 * of `b` examples): `tr(C) = b K / (K - 1) (mean |g_k|^2 - |g|^2)`, `|g|^2` less `tr(C) / (b K)`. NaN where noise hides the gradient.
 */
export const gradientNoiseScale = defineBlock({
  slot: 'measures',
  use: 'gradient-noise-scale',
  title: 'Gradient noise scale',
  help: 'About the batch size beyond which larger batches stop to save steps.',
  paper: { title: 'An Empirical Model of Large-Batch Training', authors: 'McCandlish, Kaplan, Amodei, OpenAI Dota Team', year: 2018, id: 'arXiv:1812.06162' },
  parameters: z.object({
    ...measureFields,
    batches: z.int().min(4).max(1000).default(32).describe('Parts whose gradients are compared.').meta({ label: 'Batches' }),
  }),
  build: ({ every, everyEpochs, batches, ...examples }): Measure => ({
    every, everyEpochs, passes: 1,
    examples: { ...examples, leastBatches: batches },
    async take({ gradient }) {
      const { gradient: mean, batches: parts } = await gradient();
      const all = parts.reduce((sum, { count }) => sum + count, 0);
      const K = parts.length;
      // sum_k b_k |g_k - g|^2, whose expectation is (K - 1) tr(C) for any sizes of the batches.
      const spread = parts.reduce((sum, { count, squaredNorm }) => sum + count * squaredNorm, 0) - all * norm(mean) ** 2;
      const noise = spread / (K - 1);
      const signal = norm(mean) ** 2 - noise / all;
      return [{ value: signal > 0 ? noise / signal : NaN }];
    },
  }),
});
