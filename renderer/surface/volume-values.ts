import type { VolumeField } from '#host-client';
import type { HeightScale } from './data';
import { fillUnknown } from './heights';

/** A quantity of a volume, ready to draw: points not computed yet are interpolated, what is not finite is a hole. */
export interface VolumeValues extends VolumeField {
  readonly scale: HeightScale;
  /** Ends of the colour scale; of a logarithmic one as logarithms. */
  readonly low: number;
  readonly high: number;
  /** Place of a value on the colour scale, 0..1. */
  unit(value: number): number;
  /** The lowest computed point. */
  readonly lowest: { readonly value: number; readonly index: number };
}

/** The logarithm's reach below the highest value. */
const LOG_RANGE = 1e-12;

/** `undefined` while nothing finite is known (or, for a logarithm, nothing positive). */
export function volumeValues(given: Float64Array, counts: readonly [number, number, number], scale: HeightScale): VolumeValues | undefined {
  let [low, high, positive, index] = [Infinity, -Infinity, Infinity, -1];
  given.forEach((value, i) => {
    if (!Number.isFinite(value)) return;
    if (value < low) [low, index] = [value, i];
    if (value > high) high = value;
    if (value > 0 && value < positive) positive = value;
  });
  if (index < 0 || (scale === 'log' && !(high > 0))) return undefined;
  const floor = Math.max(positive, high * LOG_RANGE);
  const onScale = scale === 'log' ? (value: number) => Math.log10(Math.max(value, floor)) : (value: number) => value;
  const [from, to] = [onScale(low), onScale(high)];
  const values = Float32Array.from(given);
  fillUnknown(values, ...counts);
  return { counts, values, scale, low: from, high: to, lowest: { value: low, index }, unit: (value) => (to > from ? Math.min(Math.max((onScale(value) - from) / (to - from), 0), 1) : 0) };
}

/** The value at grid coordinates, trilinear; NaN outside and beside a hole. */
export function valueInside({ counts, values }: VolumeField, place: readonly [number, number, number]): number {
  const [nx, ny] = counts;
  const low: number[] = [];
  const part: number[] = [];
  for (let k = 0; k < 3; k++) {
    const position = place[k]!;
    if (!(position >= -1e-9 && position <= counts[k]! - 1 + 1e-9)) return NaN;
    low[k] = Math.min(Math.max(Math.floor(position), 0), counts[k]! - 2);
    part[k] = position - low[k]!;
  }
  let sum = 0;
  for (let corner = 0; corner < 8; corner++) {
    let weight = 1;
    for (let k = 0; k < 3; k++) weight *= (corner >> k) & 1 ? part[k]! : 1 - part[k]!;
    if (Math.abs(weight) < 1e-9) continue;
    sum += weight * values[low[0]! + (corner & 1) + nx * (low[1]! + ((corner >> 1) & 1) + ny * (low[2]! + (corner >> 2)))]!;
  }
  return Number.isFinite(sum) ? sum : NaN;
}
