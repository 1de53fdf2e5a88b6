import { range } from '#core/graph';

/** One residue of the image's positions along an axis modulo the stride: a plain convolution over the gradient. */
export interface Phase {
  /** Zeros before and after the gradient. */
  readonly pads: readonly [number, number];
  /** The filter's tap at each place of the convolution, or -1. */
  readonly taps: readonly number[];
}

export interface Phases {
  /** The first phase that any tap reaches; those before it and after the last are zeros. */
  readonly first: number;
  readonly each: readonly Phase[];
}

/**
 * `dx[s i + a] = sum_t w[t] dy[(s i + a + padding - d t) / s]` over the taps `t` for which the division is exact: for each phase `a`, `count`
 * results of a convolution over `dy[i + offset]`, which has `length` entries.
 */
export function phases(kernel: number, stride: number, dilation: number, padding: number, length: number, count: number): Phases {
  const reached = range(stride).map((a) =>
    range(kernel).flatMap((t) => {
      const offset = (a + padding - dilation * t) / stride;
      return Number.isInteger(offset) ? [{ t, offset }] : [];
    }),
  );
  const live = range(stride).filter((a) => reached[a]!.length > 0);
  const [first, last] = [live[0]!, live.at(-1)!];
  const each = range(last - first + 1, first).map((a): Phase => {
    // Places that no tap reaches where the operator would have to cut the gradient instead of padding it.
    const offsets = [...reached[a]!.map(({ offset }) => offset), ...(reached[a]!.length === 0 ? [0] : [])];
    const [low, high] = [Math.min(0, ...offsets), Math.max(length - count, ...offsets)];
    const taps = range(high - low + 1, low).map((offset) => reached[a]!.find((r) => r.offset === offset)?.t ?? -1);
    return { pads: [-low, count - length + high], taps };
  });
  return { first, each };
}
