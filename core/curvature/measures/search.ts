import { MeasureUnavailable } from './measure';

/** Bounds of the noise that is tried. */
const least = 1e-7;
const most = 1e4;
const mostSteps = 40;

/**
 * The size of a displacement at which a deviation that grows with it reaches a target, to a tolerance in the deviation: by factors of
 * four until the target is passed, then by halving the logarithm. A deviation that jumps over the target ends where the sizes on both
 * sides are within 0.1 %.
 *
 * @throws MeasureUnavailable where no size reaches it
 */
export async function searchSize(deviation: (size: number) => Promise<number>, target: number, tolerance: number): Promise<number> {
  let [low, high] = [0, Infinity];
  let size = 0.1;
  for (let step = 0; step < mostSteps; step++) {
    const found = await deviation(size);
    if (Math.abs(found - target) <= tolerance) return size;
    // What is not a number any more is beyond every target.
    if (found < target) low = size;
    else high = size;
    if (low > 0 && high < Infinity) {
      if (high / low < 1.001) return Math.sqrt(low * high);
      size = Math.sqrt(low * high);
    } else size = low > 0 ? size * 4 : size / 4;
    if (size > most || size < least) break;
  }
  throw new MeasureUnavailable(low > 0 ? `no displacement changes the network's answers by ${target}` : `the smallest displacement changes the network's answers by more than ${target}`);
}
