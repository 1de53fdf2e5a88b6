import { Philox } from '#core/graph';
import type { MeasureBench } from './bench';
import type { NetworkAt } from '../operators/network-at';
import { norm } from '../algebra/vectors';

/**
 * What a displacement is measured in, entry by entry: `plain`: the weights' own unit; `adaptive`: each weight's size (ASAM, element by
 * element); `filter`: the norm of the weight's filter, for biases and normalization parameters their own size.
 */
export type Scaling = 'plain' | 'adaptive' | 'filter';

/** The diagonal of the scaling. */
export function scalingOf({ places, problem }: NetworkAt, scaling: Scaling): Float64Array {
  const last = places.at(-1)!;
  const result = new Float64Array(last.offset + last.size).fill(1);
  if (scaling === 'plain') return result;
  for (const { name, offset, size, shape } of places) {
    const { data, kind } = problem.parameters[name]!;
    const filters = scaling === 'filter' && kind === 'weight' && shape.length >= 2 ? shape[0]! : size;
    const width = size / filters;
    for (let f = 0; f < filters; f++) result.fill(norm(Float64Array.from(data.subarray(f * width, (f + 1) * width))), offset + f * width, offset + (f + 1) * width);
  }
  return result;
}

/** Standard normal numbers that follow from the seed, the use and a number. */
export function normals(bench: MeasureBench, dimension: number, use: string, number: number): Float64Array {
  return Float64Array.from(new Philox(bench.seed, `measures.${use}`, number).normals(dimension));
}

/** Numbers from -1 to 1. */
export function uniforms(bench: MeasureBench, dimension: number, use: string, number: number): Float64Array {
  return Float64Array.from(new Philox(bench.seed, `measures.${use}`, number).uniforms(dimension), (u) => 2 * u - 1);
}

/** A random direction of length `radius`. */
export function directionOfLength(bench: MeasureBench, dimension: number, radius: number, use: string, number: number): Float64Array {
  const direction = normals(bench, dimension, use, number);
  const factor = radius / norm(direction);
  return direction.map((value) => value * factor);
}

/** Random signs. */
export function signs(bench: MeasureBench, dimension: number, use: string, number: number): Float64Array {
  return uniforms(bench, dimension, use, number).map((u) => (u < 0 ? -1 : 1));
}
