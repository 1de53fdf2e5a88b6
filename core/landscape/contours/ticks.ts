import { niceStep } from './levels';

/** Round numbers inside `low..high`, about `count` of them. */
export function ticks(low: number, high: number, count: number): number[] {
  const step = niceStep(high - low, count);
  const found: number[] = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k++) found.push(k * step);
  return found;
}

/** Round values (1, 2, 5 times powers of ten; powers only over many decades) inside `low..high`, which are logarithms. */
export function logTicks(low: number, high: number): number[] {
  const span = high - low;
  // Within a decade's part there are round numbers enough; a zero among them has no logarithm.
  if (span < 0.7) return ticks(10 ** low, 10 ** high, 6).filter((value) => value > 0);
  const factors = span < 3 ? [1, 2, 5] : [1];
  const stride = Math.max(1, Math.ceil(span / 9));
  const found: number[] = [];
  for (let power = Math.floor(low); power <= high; power += stride) {
    for (const factor of factors) {
      const at = power + Math.log10(factor);
      if (at >= low - 1e-9 && at <= high + 1e-9) found.push(factor * 10 ** power);
    }
  }
  return found;
}
