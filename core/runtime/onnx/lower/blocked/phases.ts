import { range } from '#core/graph';

/** The residues of the image's positions along one axis modulo the stride, and the taps that reach each. */
export interface Phases {
  /** Phases that any tap reaches, from the first to the last. */
  readonly first: number;
  readonly count: number;
  /** Offsets into the gradient, `low <= offset <= high`. */
  readonly low: number;
  readonly high: number;
  /** `tap[phase][offset - low]`, or -1. */
  readonly tap: readonly (readonly number[])[];
}

/**
 * `dx[s i + a] = sum_t w[t] dy[(s i + a + low - d t) / s]` over the taps `t` for which the division is exact: for each phase `a` a plain
 * convolution over `dy[i + offset]`.
 */
export function phases(kernel: number, stride: number, dilation: number, padding: number): Phases {
  const reached = range(stride).map((a) =>
    range(kernel).flatMap((t) => {
      const offset = (a + padding - dilation * t) / stride;
      return Number.isInteger(offset) ? [{ t, offset }] : [];
    }),
  );
  const live = range(stride).filter((a) => reached[a]!.length > 0);
  const [first, count] = [live[0]!, live.at(-1)! - live[0]! + 1];
  const offsets = reached.flat().map(({ offset }) => offset);
  const [low, high] = [Math.min(...offsets), Math.max(...offsets)];
  const tap = range(count, first).map((a) => range(high - low + 1, low).map((offset) => reached[a]!.find((r) => r.offset === offset)?.t ?? -1));
  return { first, count, low, high, tap };
}
