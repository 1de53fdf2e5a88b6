import { niceStep } from '#host-client';

/** Round numbers inside `low..high`, at most about `count`. */
export function ticks(low: number, high: number, count: number): number[] {
  const step = niceStep(high - low, count);
  const found: number[] = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k++) found.push(k * step);
  return found;
}

/** Round values on a logarithmic axis whose ends are given as logarithms. */
export function logTicks(low: number, high: number): number[] {
  const span = high - low;
  if (span < 0.7) return ticks(10 ** low, 10 ** high, 6).filter((value) => value > 0);
  const factors = span < 2.5 ? [1, 2, 5] : [1];
  const stride = Math.max(1, Math.ceil(span / 8));
  const found: number[] = [];
  for (let power = Math.floor(low); power <= high; power += stride) {
    for (const factor of factors) {
      const at = power + Math.log10(factor);
      if (at >= low - 1e-9 && at <= high + 1e-9) found.push(factor * 10 ** power);
    }
  }
  return found;
}

/** A number for people: short, no noise digits, a true minus sign. */
export function formatNumber(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? '–' : value > 0 ? '∞' : '−∞';
  const size = Math.abs(value);
  const plain = value === 0 || (size >= 1e-4 && size < 1e6);
  const text = plain ? String(Number(value.toPrecision(digits))) : value.toExponential(digits - 1).replace(/\.?0+e/, 'e').replace('e+', 'e');
  return text.replaceAll('-', '−');
}
