import { MeasureUnavailable } from './measure';

/** Bounds of the noise that is tried. */
const least = 1e-7;
const most = 1e4;
const mostSteps = 40;

/** Sizes on both sides of the target are at most this far apart. */
const nearEnough = 1.25;

/** A size, and the sizes next to it that are known to be too small and too large. */
export interface Searched {
  readonly size: number;
  readonly low: number;
  readonly high: number;
}

/**
 * The size of a displacement at which a deviation that grows with it reaches a target: by factors of four until the target is passed,
 * then by halving the logarithm, until the deviation is within the tolerance and the size is known to a factor of 1.25. A deviation
 * that jumps over the target ends where the sizes on both sides are within 0.1 %.
 *
 * @throws MeasureUnavailable where no size reaches it
 */
export async function searchSize(deviation: (size: number) => Promise<number>, target: number, tolerance: number): Promise<Searched> {
  let [low, high] = [0, Infinity];
  let size = 0.1;
  for (let step = 0; step < mostSteps; step++) {
    const found = await deviation(size);
    // What is not a number any more is beyond every target.
    if (found < target) low = size;
    else high = size;
    if (low > 0 && high < Infinity) {
      if (high / low < nearEnough && Math.abs(found - target) <= tolerance) return { size, low, high };
      size = Math.sqrt(low * high);
      if (high / low < 1.001) return { size, low, high };
    } else size = low > 0 ? size * 4 : size / 4;
    if (size > most || size < least) break;
  }
  throw new MeasureUnavailable(low > 0 ? `no displacement changes the network's answers by ${target}` : `the smallest displacement changes the network's answers by more than ${target}`);
}

/** The span of what several searches leave open. */
export const spanOf = (found: readonly Searched[]): readonly [number, number] => [Math.min(...found.map(({ low }) => low)), Math.max(...found.map(({ high }) => high))];
