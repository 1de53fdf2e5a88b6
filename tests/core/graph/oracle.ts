import { compile, type Feed, type Program } from '#core/runtime';
import * as g from '#core/graph';
import type { OpCase, Shapes } from './op-cases';

/** Runs outputs that depend on named inputs; every result as float64. */
export const evaluate = (device: 'cpu' | 'tensorflow' | 'reference', outputs: readonly g.Tensor[], feeds: ReadonlyMap<g.Tensor, Feed>): Promise<Float64Array[]> =>
  evaluateWith((graph) => compile(graph, { device, threads: 1 }), outputs, feeds);

/** The same on a program that `make` compiles. */
export async function evaluateWith(make: (graph: g.Graph) => Promise<Program>, outputs: readonly g.Tensor[], feeds: ReadonlyMap<g.Tensor, Feed>): Promise<Float64Array[]> {
  const inputs = [...feeds.keys()].map((x) => ({ name: x.attributes['name'] as string, shape: x.shape, dtype: x.dtype }));
  const program = await make({ inputs, outputs: outputs.map((tensor, i) => ({ name: `y${i}`, tensor })) });
  const results = await program.run(Object.fromEntries([...feeds].map(([x, feed]) => [x.attributes['name'] as string, feed])));
  const numbers = await Promise.all(outputs.map(async (_, i) => Float64Array.from((await results[`y${i}`]!.read()) as ArrayLike<number>, Number)));
  await program.dispose();
  return numbers;
}

/**
 * `count` distinct numbers within `domain`, far apart in comparison with the steps of finite differences and away from whole
 * numbers, so that no kink of an op lies near.
 */
export function distinctValues(random: g.Philox, count: number, [low, high]: readonly [number, number], shift: number): Float64Array {
  const order = random.permutation(count);
  return Float64Array.from(order, (rank) => Math.fround(low + ((high - low) * (rank + 0.3171 + 0.0931 * shift)) / count));
}

/** Inputs of a case with their feeds; `members` adds a leading population axis to inputs that `batched` selects. */
export function inputsOf(opCase: OpCase, shapes: Shapes, seed: number, members = 0, batched: (i: number) => boolean = () => false): { xs: g.Tensor[]; feeds: Map<g.Tensor, Feed> } {
  const random = new g.Philox(seed, 'op');
  const feeds = new Map<g.Tensor, Feed>();
  const xs = shapes.inputs.map((inner, i) => {
    const shape = batched(i) ? [members, ...inner] : inner;
    const bound = opCase.integers?.[i];
    const x = g.input(`x${i}`, shape, bound === undefined ? 'float32' : 'int32');
    if (bound === undefined) {
      const values = distinctValues(random, x.size, opCase.domain ?? [-2, 2.1], i);
      feeds.set(x, Float32Array.from(values));
    } else {
      feeds.set(x, Int32Array.from(random.uniforms(x.size), (u) => Math.floor(u * bound(shapes))));
    }
    return x;
  });
  return { xs, feeds };
}

/** Largest difference of two arrays in proportion to the largest magnitude, at least `floor`. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>, floor = 1e-3): number {
  if (actual.length !== expected.length) return Infinity;
  let scale = floor;
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    const [a, e] = [actual[i]!, expected[i]!];
    if (Object.is(a, e) || a === e) continue;
    if (!Number.isFinite(a) || !Number.isFinite(e)) return Infinity;
    scale = Math.max(scale, Math.abs(e));
    worst = Math.max(worst, Math.abs(a - e));
  }
  return worst / scale;
}

/** `sum(f(xs) u)`: a scalar whose gradient is the vjp with the cotangent `u`. */
export const projected = (y: g.Tensor, seed: number): g.Tensor => {
  const u = distinctValues(new g.Philox(seed, 'cotangent'), y.size, [-1, 1.3], 0);
  return g.sum(g.mul(y, g.constant(u, y.shape, 'float32')));
};
