import { describe, expect, test } from 'vitest';
import * as g from '#core/graph';
import { evaluate } from './oracle';

const devices = ['cpu', 'tensorflow', 'reference'] as const;
const values = Float32Array.of(-1.5, 0.25, 2);
const x = g.input('x', [3]);
const feeds = new Map([[x, values]]);
const numbers = (...outputs: g.Tensor[]) => (device: (typeof devices)[number]) => evaluate(device, outputs, feeds);

describe.each(devices)('gradients of one\'s own on %s', (device) => {
  const sign = g.straightThrough(g.sign);

  test('straight-through: value of the step, gradient of the identity, under grad, vjp and jvp', async () => {
    const f = (v: g.Tensor): g.Tensor => g.sum(g.mul(g.square(sign(v)), 3));
    const [y, pull] = g.vjp(sign, x);
    const [, tangent] = g.jvp(sign, x, g.constant([1, 2, 3]));
    const [value, slope, pulled, pushed] = await numbers(y, g.grad(f)(x), pull(g.constant([5, 6, 7])), tangent)(device);
    expect([...value!]).toEqual([-1, 1, 1]);
    // d 3 s^2 / dx = 6 s, with ds/dx = 1.
    expect([...slope!]).toEqual([-6, 6, 6]);
    expect([...pulled!]).toEqual([5, 6, 7]);
    expect([...pushed!]).toEqual([1, 2, 3]);
  });

  test('straight-through under vmap, and in second derivatives', async () => {
    const f = (v: g.Tensor): g.Tensor => g.mul(g.square(sign(v)), v);
    const each = g.vmap((v: g.Tensor) => g.grad(f)(v))(x);
    const second = g.vmap((v: g.Tensor) => g.grad(g.grad(f))(v))(x);
    const product = g.hvp((v: g.Tensor) => g.sum(f(v)))(x, g.constant([1, 1, 1]));
    const [first, next, hv] = await numbers(each, second, product)(device);
    // f = s^2 x with s' = 1: f' = 2 s x + s^2, f'' = 2 x + 4 s.
    expect([...first!]).toEqual([...values].map((v) => 2 * Math.sign(v) * v + 1));
    expect([...next!]).toEqual([...values].map((v) => 2 * v + 4 * Math.sign(v)));
    expect([...hv!]).toEqual([...next!]);
  });

  test('two inputs, one without gradient; the backward pass is differentiated again', async () => {
    const cube = g.customGradient((a, b) => g.mul(g.pow(a, 3), b), (u, a, b) => [g.mul(u, g.mul(g.mul(g.square(a), 3), b)), undefined]);
    const two = g.full([3], 2);
    const slopeA = g.grad((v: g.Tensor) => g.sum(cube(v, two)))(x);
    const slopeB = g.grad((v: g.Tensor) => g.sum(cube(two, v)))(x);
    const third = g.vmap((v: g.Tensor) => g.grad(g.grad(g.grad((w: g.Tensor) => cube(w, g.full([], 2)))))(v))(x);
    const [a, b, c] = await numbers(slopeA, slopeB, third)(device);
    expect([...a!]).toEqual([...values].map((v) => 6 * v * v));
    expect([...b!]).toEqual([0, 0, 0]);
    expect([...c!]).toEqual([12, 12, 12]);
  });

  test('a gradient limited in norm is limited for each member of a population', async () => {
    const limited = g.customGradient((v) => v, (u) => [g.mul(u, g.minimum(1, g.rsqrt(g.sum(g.square(u)))))]);
    const members = g.input('members', [2, 2]);
    const slopes = g.vmap((v: g.Tensor) => g.grad((w: g.Tensor) => g.sum(g.mul(g.square(limited(w)), 0.5)))(v))(members);
    const [result] = await evaluate(device, [slopes], new Map([[members, Float32Array.of(3, 4, 0.3, 0.4)]]));
    [0.6, 0.8, 0.3, 0.4].forEach((expected, i) => expect(result![i]).toBeCloseTo(expected, 6));
  });

  test('shared by all members, with members of another input', async () => {
    const product = g.customGradient((a, b) => g.mul(a, b), (u, a, b) => [g.mul(u, g.mul(b, 10)), g.mul(u, a)]);
    const shared = g.full([], 3);
    const slopes = g.vmap((v: g.Tensor) => g.grad((p: { a: g.Tensor; b: g.Tensor }) => product(p.a, p.b))({ a: shared, b: v }))(x);
    const [a, b] = await numbers(slopes.a, slopes.b)(device);
    expect([...a!]).toEqual([...values].map((v) => 10 * v));
    expect([...b!]).toEqual([3, 3, 3]);
  });

  test('stopGradient is a constant to grad, jvp and vmap', async () => {
    const f = (v: g.Tensor): g.Tensor => g.mul(g.stopGradient(v), v);
    const [, tangent] = g.jvp(f, x, g.ones([3]));
    const [slopes, along] = await numbers(g.vmap((v: g.Tensor) => g.grad(f)(v))(x), tangent)(device);
    expect([...slopes!]).toEqual([...values]);
    expect([...along!]).toEqual([...values]);
  });
});

test('a gradient of another shape or type than its input is refused', () => {
  const wrong = (backward: (u: g.Tensor) => g.Tensor) => g.grad((v: g.Tensor) => g.sum(g.customGradient((w) => w, (u) => [backward(u)])(v)));
  expect(() => wrong((u) => g.sum(u))(x)).toThrow('customGradient: the gradient of input 0 is');
  expect(() => wrong((u) => g.cast(u, 'int32'))(x)).toThrow('int32[3], the input is');
});
