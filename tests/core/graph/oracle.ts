import fc from 'fast-check';
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
 * `count` distinct numbers within `domain`; `shift` moves them between those of other inputs. The two fractions are chosen (by a
 * search over all counts up to 64 that are products of three numbers up to 4) so that in the domain of -2 to 2.1 no two numbers of
 * three inputs, and no number and kink of a case, come closer than 2.4e-4: more than the finite differences move them.
 */
export function distinctValues(random: g.Philox, count: number, [low, high]: readonly [number, number], shift: number): Float64Array {
  const order = random.permutation(count);
  return Float64Array.from(order, (rank) => Math.fround(low + ((high - low) * (rank + 0.2741 + 0.1489 * shift)) / count));
}

/** What a case is tried with: its shapes and the seed of its numbers. */
export type Trial = readonly [shapes: Shapes, seed: number];

/** How many trials one property run holds, so that one program serves them all. */
const TRIALS_A_RUN = 20;

/** Holds `check` against 200 random trials of a case, twenty a run; fast-check prints the seed of a failure. */
export async function forTrials(opCase: OpCase, check: (trials: readonly Trial[]) => Promise<void>): Promise<void> {
  const trials = fc.array(fc.tuple(opCase.shapes, fc.nat(1e6)), { minLength: TRIALS_A_RUN, maxLength: TRIALS_A_RUN });
  await fc.assert(fc.asyncProperty(trials, check), { numRuns: 200 / TRIALS_A_RUN, endOnFailure: true });
}

/**
 * Inputs of a case with their feeds.
 *
 * @param lead population axes that stand before those of input `i`
 * @param prefix tells the inputs of several trials in one program apart
 */
export function inputsOf(opCase: OpCase, shapes: Shapes, seed: number, lead: (i: number) => readonly number[] = () => [], prefix = ''): { xs: g.Tensor[]; feeds: Map<g.Tensor, Feed> } {
  const random = new g.Philox(seed, 'op');
  const feeds = new Map<g.Tensor, Feed>();
  const xs = shapes.inputs.map((inner, i) => {
    const shape = [...lead(i), ...inner];
    const bound = opCase.integers?.[i];
    const x = g.input(`${prefix}x${i}`, shape, bound === undefined ? 'float32' : 'int32');
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
  const u = distinctValues(new g.Philox(seed, 'cotangent'), y.size, [-0.7, 1.7], 0);
  return g.sum(g.mul(y, g.constant(u, y.shape, 'float32')));
};
