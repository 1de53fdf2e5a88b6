import { describe, expect, it } from 'vitest';
import {
  add, alignGraphs, grad, input, matmul, mul, pow, populateGraph, relu, sigmoid, spec, square, sub, sum, trace, transpose, withoutSimplifying, type Graph, type Tensor,
} from '#core/graph';
import { compile } from '#core/runtime';

/** A step of gradient descent with decay, its numbers as constants. */
const step = (rate: number, decay: number): Graph => trace(({ w, x }: { w: Tensor; x: Tensor }) => {
  const loss = (v: Tensor): Tensor => add(sum(square(sigmoid(matmul(x, transpose(v))))), mul(sum(square(v)), decay));
  return { w: sub(w, mul(grad(loss)(w), rate)) };
}, { w: spec([3, 4]), x: spec([5, 4]) });

const run = async (graph: Graph, feeds: Record<string, Float32Array>, output: string): Promise<Float64Array> => {
  const program = await compile(graph, { device: 'reference' });
  const result = await program.run(feeds);
  const values = Float64Array.from((await result[output]!.read()) as Float64Array);
  await program.dispose();
  return values;
};
const numbers = (count: number, phase: number): Float32Array => Float32Array.from({ length: count }, (_, i) => Math.sin(3 * i + phase));

describe('alignGraphs', () => {
  it('gives one graph with an input for each number that differs, equal to every graph on its own numbers', async () => {
    const given = [[0.1, 0.01], [0.2, 0.3], [0.5, 0.02]] as const;
    const graphs = given.map(([rate, decay]) => step(rate, decay));
    const { graph, differing } = alignGraphs(graphs)!;
    expect(differing.length).toBeGreaterThanOrEqual(2);
    const feeds = { w: numbers(12, 1), x: numbers(20, 2) };
    for (const [place, alone] of graphs.entries()) {
      const own = Object.fromEntries(differing.map(({ name, values }) => [name, Float32Array.from(values[place]!)]));
      const expected = await run(alone, feeds, 'w');
      (await run(graph, { ...feeds, ...own }, 'w')).forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 6));
    }
  });

  it('as a population, gives every member what its own graph gives', async () => {
    const graphs = [[0.1, 0.01], [0.2, 0.3]].map(([rate, decay]) => step(rate!, decay!));
    const { graph, differing } = alignGraphs(graphs)!;
    const population = populateGraph(graph, 2, (name) => name !== 'x');
    const [w, x] = [numbers(24, 1), numbers(20, 2)];
    const own = Object.fromEntries(differing.map(({ name, values }) => [name, Float32Array.from(values.flatMap((each) => Array.from(each)))]));
    const together = await run(population, { w, x, ...own }, 'w');
    for (const [member, alone] of graphs.entries()) {
      const expected = await run(alone, { w: w.subarray(12 * member, 12 * member + 12), x }, 'w');
      expected.forEach((value, i) => expect(together[12 * member + i]).toBeCloseTo(value, 6));
    }
  });

  it('refuses graphs that differ in more than numbers', () => {
    const one = (f: (x: Tensor) => Tensor): Graph => trace(({ x }: { x: Tensor }) => ({ y: f(x) }), { x: spec([4]) });
    expect(alignGraphs([one((x) => relu(x)), one((x) => sigmoid(x))])).toBeUndefined();
    expect(alignGraphs([one((x) => mul(x, 2)), trace(({ x }: { x: Tensor }) => ({ y: mul(x, 2) }), { x: spec([5]) })])).toBeUndefined();
    expect(alignGraphs([one((x) => sum(x)), one((x) => sum(x, [0], true))])).toBeUndefined();
    expect(alignGraphs([one((x) => x), one(() => input('x', [4]))])!.differing).toEqual([]);
  });

  it('meets at numbers that simplify once the ops are left standing', () => {
    const graphs = (): Graph[] => [1, 2, 0.5].map((factor) => trace(({ x }: { x: Tensor }) => ({ y: add(mul(x, factor), pow(x, 3)) }), { x: spec([4]) }));
    expect(alignGraphs(graphs())).toBeUndefined();
    expect(alignGraphs(withoutSimplifying(graphs))!.differing.map(({ values }) => values.map((each) => each[0]))).toEqual([[1, 2, 0.5]]);
  });
});
