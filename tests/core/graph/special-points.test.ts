import { describe, expect, test } from 'vitest';
import * as g from '#core/graph';
import { evaluate } from './oracle';

const devices = ['cpu', 'tensorflow', 'reference'] as const;

/** Values of functions of one vector at one point. */
const at = async (device: (typeof devices)[number], point: number[], ...fs: ((x: g.Tensor) => g.Tensor)[]): Promise<number[][]> => {
  const x = g.input('x', [point.length]);
  return (await evaluate(device, fs.map((f) => f(x)), new Map([[x, Float32Array.from(point)]]))).map((y) => [...y].map((v) => v + 0));
};

const hessian = (f: (x: g.Tensor) => g.Tensor) => (x: g.Tensor): g.Tensor => g.vmap((v: g.Tensor) => g.hvp(f)(x, v))(g.eye(x.size));
const third = (f: (x: g.Tensor) => g.Tensor) => (x: g.Tensor): g.Tensor =>
  g.vmap((u: g.Tensor) => g.vmap((v: g.Tensor) => g.jvp((y: g.Tensor) => g.hvp(f)(y, v), x, u)[1])(g.eye(x.size)))(g.eye(x.size));

describe.each(devices)('where formulas break down, on %s', (device) => {
  test('products at one zero, at two and at three: all derivatives up to the third', async () => {
    for (const f of [(x: g.Tensor) => g.prod(x), (x: g.Tensor) => g.slice(g.cumprod(x), [2], [3])].map((h) => (x: g.Tensor) => g.sum(h(x)))) {
      for (const [a, b, c] of [[2, 0, 3], [0, 0, 5], [0, 0, 0], [2, 3, 4]] as [number, number, number][]) {
        const [value, slope, curvature, cubic] = await at(device, [a, b, c], f, g.grad(f), hessian(f), third(f));
        expect(value).toEqual([a * b * c]);
        expect(slope).toEqual([b * c, a * c, a * b]);
        expect(curvature).toEqual([0, c, b, c, 0, a, b, a, 0]);
        // One wherever the three indices are all different.
        expect(cubic).toEqual(g.range(27).map((i) => Number(new Set([i % 3, Math.floor(i / 3) % 3, Math.floor(i / 9)]).size === 3)));
      }
    }
  });

  test('powers at 0, for every whole exponent', async () => {
    const exponents = g.input('b', [4]);
    const x = g.input('x', [4]);
    const power = (v: g.Tensor): g.Tensor => g.sum(g.pow(v, exponents));
    const outputs = [g.pow(x, exponents), g.grad(power)(x)];
    const [value, slope] = await evaluate(device, outputs, new Map([[x, new Float32Array(4)], [exponents, Float32Array.of(0, 1, 2, 3)]]));
    expect([...value!]).toEqual([1, 0, 0, 0]);
    expect([...slope!]).toEqual([0, 1, 0, 0]);
  });

  test('ties: max and min share, maximum and maxPool take the first, sort keeps the order', async () => {
    const point = [3, 1, 3, 1];
    const weights = g.constant([1, 10, 100, 1000]);
    const slope = (f: (x: g.Tensor) => g.Tensor) => g.grad((x: g.Tensor) => g.sum(f(x)));
    const results = await at(
      device, point,
      slope((x) => g.max(x)),
      slope((x) => g.min(x)),
      slope((x) => g.maximum(x, g.constant(point))),
      slope((x) => g.clip(x, 1, 3)),
      slope((x) => g.maxPool(g.reshape(x, [1, 1, 4]), 3, { stride: 1 })),
      slope((x) => g.mul(g.sort(x), weights)),
      slope((x) => g.mul(g.sort(x, 0, { descending: true }), weights)),
      slope((x) => g.topK(x, 1).values),
      (x) => g.argsort(x),
      (x) => g.argmax(x),
    );
    expect(results).toEqual([[0.5, 0, 0.5, 0], [0, 0.5, 0, 0.5], [1, 1, 1, 1], [1, 1, 1, 1], [1, 0, 1, 0], [100, 1, 1000, 10], [1, 100, 10, 1000], [1, 0, 0, 0], [1, 3, 0, 2], [0]]);
  });

  test('masked and overflowing exponentials stay finite, and so do their gradients', async () => {
    const f = (x: g.Tensor): g.Tensor => g.logsumexp(g.where(g.less(x, 2000), x, -Infinity));
    const [total, slope, everything, attention] = await at(
      device, [1000, 1000, 3000],
      f, g.grad(f),
      (x) => g.logsumexp(g.mul(x, -Infinity)),
      // A query that may look at nothing gets the mean.
      (x) => g.attention(g.ones([1, 1]), g.reshape(x, [3, 1]), g.reshape(x, [3, 1]), { mask: g.reshape(g.less(x, 0), [1, 3]) }),
    );
    expect(total![0]).toBeCloseTo(1000 + Math.log(2), 3);
    expect(slope).toEqual([0.5, 0.5, 0]);
    expect(everything).toEqual([-Infinity]);
    expect(attention![0]).toBeCloseTo(5000 / 3, 2);
  });

  test('the branch that is not taken leaves no NaN in a gradient', async () => {
    const slopes = (f: (x: g.Tensor) => g.Tensor) => g.grad((x: g.Tensor) => g.sum(f(x)));
    const [elu, celu, softplus, asinh, silu] = await at(device, [2000, -2000, 0], slopes((x) => g.elu(x)), slopes((x) => g.celu(x)), slopes(g.softplus), slopes(g.asinh), slopes(g.silu));
    expect(elu).toEqual([1, 0, 1]);
    expect(celu).toEqual([1, 0, 1]);
    expect(softplus).toEqual([1, 0, 0.5]);
    expect(asinh![2]).toBe(1);
    expect(silu).toEqual([1, 0, 0.5]);
  });

  test('integers: division towards zero, remainders of either sign, bounds', async () => {
    const [a, b] = [g.input('a', [4], 'int32'), g.input('b', [4], 'int32')];
    const outputs = [g.div(a, b), g.mod(a, b), g.fmod(a, b), g.clip(a, -2.5, 2.5), g.clip(a, -Infinity, 0), g.abs(a), g.sign(a), g.sum(a), g.max(a), g.sort(a), g.minimum(a, b), g.square(a)];
    const results = await evaluate(device, outputs, new Map([[a, Int32Array.of(7, -7, 7, -7)], [b, Int32Array.of(2, 2, -2, -2)]]));
    expect(results.map((y) => [...y].map((v) => v + 0))).toEqual([
      [3, -3, -3, 3], [1, 1, -1, -1], [1, -1, 1, -1], [2, -2, 2, -2], [0, -7, 0, -7], [7, 7, 7, 7], [1, -1, 1, -1], [0], [7], [-7, -7, 7, 7], [2, -7, -2, -7], [49, 49, 49, 49],
    ]);
  });

  test('NaN and infinity are seen', async () => {
    const [nan, infinite, finite] = await at(device, [NaN, Infinity, -Infinity, 0], g.isNaN, g.isInf, g.isFinite);
    expect([nan, infinite, finite]).toEqual([[1, 0, 0, 0], [0, 1, 1, 0], [0, 0, 0, 1]]);
  });
});
