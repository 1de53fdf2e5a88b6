import { describe, expect, it } from 'vitest';
import { hoist, hvp, matmul, mean, mul, spec, square, sub, tanh, type Tensor, topologicalOrder, trace, transpose } from '#core/graph';
import { compile, estimate } from '#core/runtime';

describe('hoist', () => {
  const loss = (w: Tensor, x: Tensor): Tensor => mean(square(sub(tanh(matmul(x, transpose(w))), 1)));
  const graph = trace(({ w, v, x }: { w: Tensor; v: Tensor; x: Tensor }) => hvp(loss)(w, v, x), { w: spec([3, 4]), v: spec([3, 4]), x: spec([5, 4]) });
  const { still, moving } = hoist(graph, (name) => name === 'v');

  it('leaves nothing of the varying inputs in the first part, and less work in the second', () => {
    const names = topologicalOrder(still.outputs.map(({ tensor }) => tensor)).filter(({ op }) => op === 'input').map(({ attributes }) => attributes['name']);
    expect(names).not.toContain('v');
    expect(estimate(moving).flops).toBeLessThan(0.8 * estimate(graph).flops);
  });

  it('both parts together give what the whole gives', async () => {
    const numbers = (n: number, phase: number): Float64Array => Float64Array.from({ length: n }, (_, i) => Math.sin(i + phase));
    const feeds: Record<string, Float64Array> = { w: numbers(12, 0), x: numbers(20, 1) };
    const options = { device: 'reference' } as const;
    const kept = await (await compile(still, options)).run(Object.fromEntries(still.inputs.map(({ name }) => [name, feeds[name]!])));
    const [whole, rest] = [await compile(graph, options), await compile(moving, options)];
    for (const phase of [2, 3]) {
      const all = { ...feeds, ...kept, v: numbers(12, phase) };
      const expected = await (await whole.run({ ...feeds, v: all.v })).output!.read();
      const actual = await (await rest.run(Object.fromEntries(moving.inputs.map(({ name }) => [name, all[name as keyof typeof all]])))).output!.read();
      expect([...actual]).toEqual([...expected]);
    }
  });

  it('an output that does not vary is kept whole', () => {
    const constant = trace(({ a, v }: { a: Tensor; v: Tensor }) => ({ same: square(a), other: mul(a, v) }), { a: spec([2]), v: spec([2]) });
    expect(hoist(constant, (name) => name === 'v').still.outputs).toHaveLength(1);
  });
});
