import { moved, norm } from '../algebra/vectors';
import type { MeasureBench } from './bench';
import type { MeasureValue } from './measure';
import type { NetworkAt } from '../operators/network-at';
import { directionOfLength, uniforms } from './perturbation';

export interface Ascent {
  /** Largest loss that was seen. */
  readonly loss: number;
  /** Where: the displacement of the weights. */
  readonly displacement: Float64Array;
}

interface AscentOptions {
  readonly steps: number;
  /** Displacement to begin from, in units of the scaling. */
  readonly start: Float64Array;
  readonly batches?: readonly number[];
  /** Ends as soon as this says so. */
  readonly enough?: (loss: number, displacement: Float64Array) => Promise<boolean>;
}

/**
 * The largest loss in the ellipsoid `|T^-1 u|_2 <= rho` around the weights, by projected gradient ascent in `v = T^-1 u`: each step adds
 * the normalized gradient `T g` in the length of the radius and projects back, which on a quadratic is power iteration.
 */
export async function ascendBall(bench: MeasureBench, network: NetworkAt, scaling: Float64Array, rho: number, options: AscentOptions): Promise<Ascent> {
  return ascend(bench, network, scaling, options, (v, slope) => {
    const size = norm(slope);
    if (size === 0) return false;
    for (let i = 0; i < v.length; i++) v[i]! += (rho / size) * slope[i]!;
    const length = norm(v);
    if (length > 0) for (let i = 0; i < v.length; i++) v[i]! *= rho / length;
    return true;
  });
}

/** The largest loss in the box `|u_i| <= half_i`, by ascent in the signs of the gradient, steps halving from the whole half-width. */
export async function ascendBox(bench: MeasureBench, network: NetworkAt, half: Float64Array, options: AscentOptions): Promise<Ascent> {
  let step = 1;
  const least = 1 / options.steps;
  return ascend(bench, network, half, options, (v, slope) => {
    let steep = false;
    for (let i = 0; i < v.length; i++) {
      steep ||= slope[i] !== 0;
      v[i] = Math.min(1, Math.max(-1, v[i]! + step * Math.sign(slope[i]!)));
    }
    step = Math.max(least, step / 2);
    return steep;
  });
}

/** Follows the gradient in `v`, the displacement being `u = scaling * v`; remembers the largest loss. */
async function ascend(
  bench: MeasureBench,
  network: NetworkAt,
  scaling: Float64Array,
  { steps, start, batches, enough }: AscentOptions,
  advance: (v: Float64Array, slope: Float64Array) => boolean,
): Promise<Ascent> {
  const v = start.slice();
  const centre = network.centre;
  let best: Ascent = { loss: -Infinity, displacement: new Float64Array(v.length) };
  for (let step = 0; step <= steps; step++) {
    const displacement = v.map((value, i) => value * scaling[i]!);
    const { loss, gradient } = await network.gradient(moved(centre, displacement), { signal: bench.signal, ...(batches && { batches }) });
    if (loss > best.loss) best = { loss, displacement };
    if (!Number.isFinite(loss)) break;
    if (step > 0 && (await enough?.(loss, displacement)) === true) break;
    for (let i = 0; i < gradient.length; i++) gradient[i]! *= scaling[i]!;
    if (step < steps && !advance(v, gradient)) break;
  }
  return best;
}

/** Ascents from several starts, the first from the weights themselves: the largest, and the span of what they found. */
export async function repeatedAscent(bench: MeasureBench, shape: 'ball' | 'box', dimension: number, radius: number, run: (start: Float64Array) => Promise<Ascent>, value: (loss: number) => number): Promise<MeasureValue> {
  const found: number[] = [];
  for (let start = 0; start < bench.settings.starts; start++) {
    bench.say(`ascent ${start + 1} of ${bench.settings.starts}`);
    const from = start === 0 ? new Float64Array(dimension) : shape === 'ball' ? directionOfLength(bench, dimension, radius, 'ascent', start) : uniforms(bench, dimension, 'ascent', start);
    found.push(value((await run(from)).loss));
  }
  return { value: Math.max(...found), kind: 'ascent', interval: [Math.min(...found), Math.max(...found)] };
}
