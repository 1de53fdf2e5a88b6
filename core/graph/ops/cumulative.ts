import { apply } from '../apply';
import { defineOp } from '../op';
import { normalizeAxis } from '../shape';
import type { Tensor } from '../tensor';
import { mul } from './arithmetic';
import { cast } from './elementwise';

export interface CumulativeOptions {
  /** Leaves the element itself out. */
  readonly exclusive?: boolean;
  /** Runs from the end. */
  readonly reverse?: boolean;
}

defineOp<{ axis: number; exclusive: boolean; reverse: boolean }>({
  name: 'cumsum',
  infer: ([x]) => x!,
  vjp: (_, g, { axis, exclusive, reverse }) => [apply('cumsum', [g], { axis, exclusive, reverse: !reverse })],
  batch: ([x], { axis, exclusive, reverse }) => apply('cumsum', [x!.value], { axis: axis + 1, exclusive, reverse }),
});

/** Running sum along `axis`: `y[i] = x[0] + ... + x[i]`. Bools are counted as int32. */
export const cumsum = (x: Tensor, axis = 0, { exclusive = false, reverse = false }: CumulativeOptions = {}): Tensor =>
  apply('cumsum', [x.dtype === 'bool' ? cast(x, 'int32') : x], { axis: normalizeAxis('cumsum', axis, x.rank), exclusive, reverse });

/**
 * Running product along `axis`: `y[i] = x[0] ... x[i]`. Built by doubling (Hillis and Steele 1986): after step `d` every element
 * holds the product of up to `2 d` elements that end with it. Products only, so all derivatives are right at zeros too.
 */
export function cumprod(x: Tensor, axis = 0, { exclusive = false, reverse = false }: CumulativeOptions = {}): Tensor {
  const at = normalizeAxis('cumprod', axis, x.rank);
  const n = x.shape[at]!;
  let y = exclusive ? moved(x, at, Math.min(n, 1), reverse) : x;
  for (let d = 1; d < n; d *= 2) y = mul(y, moved(y, at, d, reverse));
  return y;
}

/** `x` moved by `d` along `axis`, away from where the product begins, with ones in the places left behind. */
function moved(x: Tensor, axis: number, d: number, reverse: boolean): Tensor {
  const along = (n: number): number[] => x.shape.map((_, i) => (i === axis ? n : 0));
  const kept = apply('slice', [x], {
    starts: along(reverse ? d : 0),
    ends: x.shape.map((n, i) => (i === axis && !reverse ? n - d : n)),
    steps: x.shape.map(() => 1),
  });
  return apply('pad', [kept], { low: along(reverse ? 0 : d), high: along(reverse ? d : 0), value: 1 });
}
