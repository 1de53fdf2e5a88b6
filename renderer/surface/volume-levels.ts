import { shareBelow, type VolumeField } from '#host-client';

/** The values of a volume in order, for levels that are chosen by the share of points below them. */
export interface Ranked {
  /** Finite values, lowest first; a sample where there are very many. */
  readonly sorted: Float64Array;
  readonly field: VolumeField;
}

/** Values that are sorted at most. */
const MOST = 50_000;

export function ranked(field: VolumeField): Ranked {
  const stride = Math.max(1, Math.ceil(field.values.length / MOST));
  const kept: number[] = [];
  for (let i = 0; i < field.values.length; i += stride) if (Number.isFinite(field.values[i]!)) kept.push(field.values[i]!);
  return { sorted: Float64Array.from(kept).sort(), field };
}

/** The value below which this share of the points lies, in three digits as long as they keep it between the lowest and the highest. */
export function levelAt({ sorted }: Ranked, share: number): number {
  const exact = sorted[Math.round(share * (sorted.length - 1))] ?? NaN;
  const round = Number(exact.toPrecision(3));
  return round > sorted[0]! && round < sorted.at(-1)! ? round : exact;
}

/** The share of points below a value. */
export function rankOf({ sorted }: Ranked, level: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < level) low = middle + 1;
    else high = middle;
  }
  return sorted.length < 2 ? 0 : low / (sorted.length - 1);
}

/** The share of the box in which the quantity lies below the level, in words. */
export function shareWords({ field }: Ranked, level: number): string {
  const share = 100 * shareBelow(field, level);
  return `${Number(share.toPrecision(share < 1 ? 1 : share < 10 ? 2 : 3))} %`;
}
