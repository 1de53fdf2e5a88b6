import { describe, expect, test } from 'vitest';
import * as g from '#core/graph';
import type { Feed } from '#core/runtime';
import { evaluate, relativeError } from './oracle';

type Parameters = Record<string, g.Tensor>;

interface Network {
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  readonly input: readonly number[];
  loss(p: Parameters, x: g.Tensor): g.Tensor;
}

const linear = (p: Parameters, name: string, x: g.Tensor): g.Tensor => g.add(g.matmul(x, g.transpose(p[`${name}.weight`]!)), p[`${name}.bias`]!);

const crossEntropy = (logits: g.Tensor): g.Tensor => {
  const [n, classes] = logits.shape as [number, number];
  const labels = g.constant(Int32Array.from({ length: n }, (_, i) => (3 * i + 1) % classes), [n], 'int32');
  return g.neg(g.mean(g.sum(g.mul(g.oneHot(labels, classes), g.logSoftmax(logits)), 1)));
};

const mlp: Network = {
  shapes: { '0.weight': [7, 5], '0.bias': [7], '1.weight': [4, 7], '1.bias': [4] },
  input: [6, 5],
  loss: (p, x) => crossEntropy(linear(p, '1', g.gelu(linear(p, '0', x)))),
};

const cnn: Network = {
  shapes: { 'conv1': [4, 2, 3, 3], 'norm.weight': [4], 'norm.bias': [4], 'conv2': [6, 2, 3, 3], 'group.weight': [6], 'head.weight': [3, 6], 'head.bias': [3] },
  input: [3, 2, 9, 9],
  loss(p, x) {
    const first = g.maxPool(g.relu(g.batchNorm(g.conv(x, p['conv1']!, { padding: 1 }), p['norm.weight'], p['norm.bias']).y), 2);
    const second = g.groupNorm(g.conv(first, p['conv2']!, { stride: 2, padding: 1, groups: 2 }), 3, p['group.weight']);
    return crossEntropy(linear(p, 'head', g.globalAveragePool(g.avgPool(g.silu(second), 2, { stride: 1 }))));
  },
};

/** Two layers of attention and layer norms. */
const transformer: Network = {
  shapes: { qkv: [12, 4], out: [4, 4], 'norm.weight': [4], 'norm.bias': [4], 'head.weight': [3, 4], 'head.bias': [3] },
  input: [2, 5, 4],
  loss(p, x) {
    const h = g.layerNorm(x, p['norm.weight']!, p['norm.bias']!);
    const [q, k, v] = g.split(g.matmul(h, g.transpose(p['qkv']!)), 3, 2) as [g.Tensor, g.Tensor, g.Tensor];
    const weights = g.softmax(g.mul(g.einsum('bid,bjd->bij', q, k), 0.5));
    const y = g.add(x, g.matmul(g.matmul(weights, v), g.transpose(p['out']!)));
    return crossEntropy(linear(p, 'head', g.mean(y, 1)));
  },
};

const networks = Object.entries({ mlp, cnn, transformer });

function inputsOf(network: Network): { params: Parameters; x: g.Tensor; feeds: Map<g.Tensor, Float64Array> } {
  const random = new g.Philox(11, 'network');
  const feeds = new Map<g.Tensor, Float64Array>();
  const make = (name: string, shape: readonly number[]): g.Tensor => {
    const x = g.input(name, shape);
    feeds.set(x, Float64Array.from(random.normals(x.size), (v) => 0.6 * v));
    return x;
  };
  const params = Object.fromEntries(Object.entries(network.shapes).map(([name, shape]) => [name, make(name, shape)]));
  return { params, x: make('x', network.input), feeds };
}

describe.each(networks)('%s', (_, network) => {
  const { params, x, feeds } = inputsOf(network);
  const loss = (p: Parameters): g.Tensor => network.loss(p, x);
  const names = Object.keys(params);

  /** Feeds with one parameter's element moved by `t`. */
  const moved = (name: string, element: number, t: number): Map<g.Tensor, Float64Array> => {
    const changed = feeds.get(params[name]!)!.slice();
    changed[element]! += t;
    return new Map([...feeds, [params[name]!, changed]]);
  };

  test('every partial derivative equals its central difference', async () => {
    const slopes = g.grad(loss)(params);
    const exact = await evaluate('reference', names.map((name) => slopes[name]!), feeds);
    const step = 1e-5;
    for (const [i, name] of names.entries()) {
      for (let element = 0; element < params[name]!.size; element += 5) {
        const [[up], [down]] = [await evaluate('reference', [loss(params)], moved(name, element, step)), await evaluate('reference', [loss(params)], moved(name, element, -step))];
        const difference = (up![0]! - down![0]!) / (2 * step);
        expect(Math.abs(exact[i]![element]! - difference)).toBeLessThan(1e-6 * Math.max(1, Math.abs(difference)));
      }
    }
  });

  test('onnx agrees with the reference on loss, gradient and Hessian-vector product', async () => {
    const [value, slopes] = g.valueAndGrad(loss)(params);
    const vs = Object.fromEntries(names.map((name) => [name, g.constant(new g.Philox(3, name).normals(params[name]!.size), params[name]!.shape)]));
    const products = g.hvp(loss)(params, vs);
    const outputs = [value, ...names.map((name) => slopes[name]!), ...names.map((name) => products[name]!)];
    const singles = new Map([...feeds].map(([key, values]) => [key, Float32Array.from(values)]));
    const exactFeeds = new Map([...singles].map(([key, values]) => [key, Float64Array.from(values)]));
    const [fast, exact] = [await evaluate('cpu', outputs, singles), await evaluate('reference', outputs, exactFeeds)];
    // Batch moments of few values and second derivatives amplify rounding: the scale is that of the whole vector.
    const scale = Math.max(...exact.map((values) => Math.max(...values.map(Math.abs))));
    fast.forEach((values, i) => expect(relativeError(values, exact[i]!, Math.max(0.1, scale))).toBeLessThan(1e-5));
  });

  test('the full Hessian, column by column, is symmetric, equals differences of gradients, and gives every Hessian-vector product', async () => {
    const sizes = names.map((name) => params[name]!.size);
    const total = sizes.reduce((a, b) => a + b, 0);
    const starts = sizes.map((_, i) => sizes.slice(0, i).reduce((a, b) => a + b, 0));
    const split = (flat: g.Tensor): Parameters =>
      Object.fromEntries(names.map((name, i) => [name, g.reshape(g.slice(flat, [starts[i]!], [starts[i]! + sizes[i]!]), params[name]!.shape)]));
    const joined = (tree: Parameters): g.Tensor => g.concat(names.map((name) => g.reshape(tree[name]!, [-1])));
    const v = new g.Philox(8, 'v').normals(total);
    const direction = g.constant(v);
    const basis = g.input('basis', [total, total]);
    const identity = Float32Array.from({ length: total * total }, (_, i) => Number(i % (total + 1) === 0));
    const columns = g.vmap((e: g.Tensor) => joined(g.hvp(loss)(params, split(e))))(basis);
    const product = joined(g.hvp(loss)(params, split(direction)));
    const singles = new Map<g.Tensor, Float32Array>([...feeds].map(([key, values]) => [key, Float32Array.from(values)]));
    const rounded = new Map<g.Tensor, Float64Array>([...singles].map(([key, values]) => [key, Float64Array.from(values)]));
    const [hessian, exact] = await evaluate('reference', [columns, product], new Map<g.Tensor, Feed>([...rounded, [basis, identity]]));
    const [fast] = await evaluate('cpu', [product], singles);

    const at = (i: number, j: number): number => hessian![i * total + j]!;
    const largest = hessian!.reduce((most, h) => Math.max(most, Math.abs(h)), 0);
    const times = Float64Array.from({ length: total }, (_, i) => v.reduce((s, vj, j) => s + at(i, j) * vj, 0));
    expect(relativeError(exact!, times)).toBeLessThan(1e-10);
    expect(relativeError(fast!, times, Math.max(0.1, largest))).toBeLessThan(1e-5);
    for (let i = 0; i < total; i++) for (let j = 0; j < i; j++) expect(Math.abs(at(i, j) - at(j, i))).toBeLessThan(1e-10 * Math.max(1, largest));

    const step = 1e-5;
    const slope = joined(g.grad(loss)(params));
    for (let column = 0; column < total; column += 7) {
      const k = starts.findLastIndex((start) => start <= column);
      const near = async (t: number): Promise<Float64Array> => {
        const changed = rounded.get(params[names[k]!]!)!.slice();
        changed[column - starts[k]!]! += t;
        return (await evaluate('reference', [slope], new Map([...rounded, [params[names[k]!]!, changed]])))[0]!;
      };
      const [up, down] = [await near(step), await near(-step)];
      up.forEach((value, row) => expect(Math.abs(at(column, row) - (value - down[row]!) / (2 * step))).toBeLessThan(1e-6 * Math.max(1, largest)));
    }
  });

  test('jvp, vjp, hvp and the columns of the Hessian agree', async () => {
    const tangents = Object.fromEntries(names.map((name) => [name, g.constant(new g.Philox(4, name).normals(params[name]!.size), params[name]!.shape)]));
    const [, directional] = g.jvp(loss, params, tangents);
    const slopes = g.grad(loss)(params);
    const along = names.map((name) => g.sum(g.mul(slopes[name]!, tangents[name]!))).reduce((a, b) => g.add(a, b));
    // H v by reverse over reverse, against forward over reverse.
    const products = g.hvp(loss)(params, tangents);
    const [, forward] = g.jvp((p: Parameters) => g.grad(loss)(p), params, tangents);
    const [a, b, ...rest] = await evaluate('reference', [directional, along, ...names.map((name) => products[name]!), ...names.map((name) => forward[name]!)], feeds);
    expect(relativeError(a!, b!)).toBeLessThan(1e-12);
    names.forEach((_, i) => expect(relativeError(rest[i]!, rest[names.length + i]!)).toBeLessThan(1e-10));
  });

  test('a population of perturbed weights equals the networks one by one', async () => {
    const members = 4;
    const populations = Object.fromEntries(names.map((name) => [name, g.input(`many.${name}`, [members, ...params[name]!.shape])]));
    const random = new g.Philox(9, 'population');
    const many = new Map<g.Tensor, Float32Array>([[x, Float32Array.from(feeds.get(x)!)], ...names.map((name): [g.Tensor, Float32Array] => [populations[name]!, random.normals(populations[name]!.size).map((v) => 0.6 * v)])]);
    const step = (p: Parameters): { loss: g.Tensor; slopes: Parameters } => {
      const [value, slopes] = g.valueAndGrad(loss)(p);
      return { loss: value, slopes };
    };
    const together = g.vmap(step)(populations);
    const alone = g.range(members).map((m) => step(Object.fromEntries(names.map((name) => [name, g.reshape(g.slice(populations[name]!, [m], [m + 1]), params[name]!.shape)]))));
    const stacked = { loss: g.stack(alone.map((result) => result.loss)), slopes: Object.fromEntries(names.map((name) => [name, g.stack(alone.map((result) => result.slopes[name]!))])) };
    const outputs = [together, stacked].flatMap((results) => [results.loss, ...names.map((name) => results.slopes[name]!)]);
    const count = names.length + 1;
    const exact = await evaluate('reference', outputs, many);
    const fast = await evaluate('cpu', outputs.slice(0, count), many);
    for (let i = 0; i < count; i++) {
      expect(relativeError(exact[i]!, exact[count + i]!)).toBeLessThan(1e-12);
      expect(relativeError(fast[i]!, exact[i]!, 1)).toBeLessThan(1e-5);
    }
  });
});

describe('gradients through transformations', () => {
  test('grad sees its argument although the function builds the same value itself', async () => {
    const [a, b] = [g.input('a', []), g.input('b', [])];
    const product = g.mul(a, b);
    // f(p) = p * (a b) at p = a b: the derivative is a b, not 2 a b.
    const slope = g.grad((p: g.Tensor) => g.mul(p, g.mul(a, b)))(product);
    const [value] = await evaluate('reference', [slope], new Map([[a, Float64Array.of(2)], [b, Float64Array.of(5)]]));
    expect(value![0]).toBe(10);
  });

  test('what the function reads from outside is a constant, be it the argument itself', async () => {
    const x = g.input('x', []);
    const [outside, twice] = await evaluate('reference', [
      g.grad((p: g.Tensor) => g.mul(p, x))(x),
      g.jvp((v: g.Tensor) => g.jvp((q: g.Tensor) => g.mul(q, q), v, x)[1], x, g.constant(1))[1],
    ], new Map([[x, Float64Array.of(3)]]));
    expect([outside![0], twice![0]]).toEqual([3, 6]);
  });

  test('third derivatives by nesting: (x^5)"\' = 60 x^2', async () => {
    const x = g.input('x', []);
    const third = g.grad(g.grad(g.grad((t: g.Tensor) => g.pow(t, 5))))(x);
    const [value] = await evaluate('reference', [third], new Map([[x, Float64Array.of(1.5)]]));
    expect(value![0]).toBeCloseTo(60 * 1.5 ** 2, 10);
  });

  test('per-example gradients by vmap of grad sum to the gradient of the sum', async () => {
    const [w, xs] = [g.input('w', [3]), g.input('xs', [5, 3])];
    const loss = (weights: g.Tensor, x: g.Tensor): g.Tensor => g.softplus(g.sum(g.mul(weights, x)));
    const each = g.vmap((x: g.Tensor) => g.grad(loss)(w, x))(xs);
    const whole = g.grad((weights: g.Tensor) => g.sum(g.vmap((x: g.Tensor) => loss(weights, x))(xs)))(w);
    const random = new g.Philox(1);
    const [a, b] = await evaluate('reference', [g.sum(each, 0), whole], new Map([[w, random.normals(3)], [xs, random.normals(15)]]));
    expect(relativeError(a!, b!)).toBeLessThan(1e-14);
  });

  test('vmap nests and takes the population on any axis', async () => {
    const [a, b] = [g.input('a', [3, 2]), g.input('b', [4, 2])];
    const gram = g.vmap((row: g.Tensor) => g.vmap((other: g.Tensor) => g.sum(g.mul(row, other)), { inAxes: [0] })(b), { inAxes: [0], outAxes: 1 })(a);
    const random = new g.Philox(1);
    const [x, y] = await evaluate('reference', [gram, g.matmul(b, g.transpose(a))], new Map([[a, random.normals(6)], [b, random.normals(8)]]));
    expect(gram.shape).toEqual([4, 3]);
    expect(relativeError(x!, y!)).toBeLessThan(1e-14);
  });

  test('no gradient flows through stopGradient, and a custom one replaces the own', async () => {
    const x = g.input('x', [3]);
    const straightThrough = g.customGradient((v) => g.sign(v), (u) => [u]);
    const [slope, stopped] = await evaluate('reference', [g.grad((v: g.Tensor) => g.sum(g.mul(straightThrough(v), 3)))(x), g.grad((v: g.Tensor) => g.sum(g.mul(g.stopGradient(v), v)))(x)], new Map([[x, Float64Array.of(-1, 0.5, 2)]]));
    expect([...slope!]).toEqual([3, 3, 3]);
    expect([...stopped!]).toEqual([-1, 0.5, 2]);
  });
});
