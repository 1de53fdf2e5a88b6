import type { BuildContext } from '#core/nn';
import type { Schedule } from '#core/train';
import { z } from 'zod';

/** Every schedule may begin with a linear rise. */
export const warmup = z.number().nonnegative().default(0)
  .describe('Linear rise at the start: below 1 a share of all steps, from 1 on a number of steps.')
  .meta({ label: 'Warm-up', unit: 'share or steps' });

/** How many steps the rise takes. */
export const warmupSteps = (amount: number, steps: number): number => Math.min(steps, amount < 1 ? Math.round(amount * steps) : Math.round(amount));

/**
 * The rise, then `after`, which counts from the end of the rise: step `s` of a rise of `W` steps gives `(s + 1) / (W + 1)`,
 * so that no step has rate 0 and the full rate is first reached when the rise is over.
 *
 * @param after factor at `step` of the `steps` that remain
 */
export function withWarmup(amount: number, { steps }: BuildContext, after: (step: number, steps: number) => number): Schedule {
  const rise = warmupSteps(amount, steps);
  return (step) => (step < rise ? (step + 1) / (rise + 1) : after(step - rise, steps - rise));
}
