import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as g from '#core/graph';
import { evaluate, relativeError } from '../oracle';

type Params = { w: g.Tensor; b: g.Tensor };
const shapes = { w: [3, 4], b: [3] } as const;

const params: Params = { w: g.input('w', shapes.w), b: g.input('b', shapes.b) };
const x = g.input('x', [5, 4]);
const direction: Params = { w: g.input('vw', shapes.w), b: g.input('vb', shapes.b) };

function feedsOf(seed: number): Map<g.Tensor, Float64Array> {
  const random = new g.Philox(seed, 'transforms');
  return new Map([params.w, params.b, x, direction.w, direction.b].map((tensor) => [tensor, Float64Array.from(random.normals(tensor.size), (v) => 0.7 * v)]));
}

const flat = (p: Params): g.Tensor => g.concat([g.reshape(p.w, [12]), p.b]);

const linearModel = (p: Params, input: g.Tensor): g.Tensor => g.add(g.matmul(input, g.transpose(p.w)), p.b);
const model = (p: Params, input: g.Tensor): g.Tensor => g.tanh(linearModel(p, input));
const loss = (outputs: g.Tensor): g.Tensor => g.add(g.mean(g.logsumexp(outputs, 1)), g.mean(g.exp(g.mul(outputs, 0.3))));

/** A Jacobian or Hessian, row by row: `vmap` of a product over unit vectors. */
const rows = (size: number, f: (e: g.Tensor) => g.Tensor): g.Tensor => g.vmap((e: g.Tensor) => f(e))(g.eye(size));

describe('the Gauss-Newton product', () => {
  const product = (m: typeof model): g.Tensor => flat(g.gaussNewtonProduct((p: Params) => m(p, x), loss)(params, direction));

  test("is J' H J v with the explicit matrices", async () => {
    const outputs = model(params, x);
    const jacobian = rows(outputs.size, (e) => flat(g.vjp((p: Params) => model(p, x), params)[1](g.reshape(e, outputs.shape))));
    const hessian = rows(outputs.size, (e) => g.reshape(g.hvp(loss)(outputs, g.reshape(e, outputs.shape)), [outputs.size]));
    const explicit = g.matmul(g.transpose(jacobian), g.matmul(hessian, g.matmul(jacobian, flat(direction))));
    const [a, b] = await evaluate('reference', [product(model), explicit], feedsOf(1));
    expect(relativeError(a!, b!)).toBeLessThan(1e-12);
  });

  test('is the Hessian product of a model that is linear in its parameters, and not of another', async () => {
    const whole = (m: typeof model) => flat(g.hvp((p: Params) => loss(m(p, x)))(params, direction));
    const [linear, exact, curved, other] = await evaluate('reference', [product(linearModel), whole(linearModel), product(model), whole(model)], feedsOf(2));
    expect(relativeError(linear!, exact!)).toBeLessThan(1e-12);
    expect(relativeError(curved!, other!)).toBeGreaterThan(1e-3);
  });

  test('passes further arguments to model and loss', async () => {
    const direct = g.gaussNewtonProduct((p: Params, input: g.Tensor) => model(p, input), (outputs, input) => g.mul(loss(outputs), g.mean(input)))(params, direction, x);
    const closed = g.gaussNewtonProduct((p: Params) => model(p, x), (outputs: g.Tensor) => g.mul(loss(outputs), g.mean(x)))(params, direction);
    const [a, b] = await evaluate('reference', [flat(direct), flat(closed)], feedsOf(3));
    expect(relativeError(a!, b!)).toBeLessThan(1e-14);
  });
});

describe('gradients of single examples', () => {
  test('equal a loop over the examples', async () => {
    const each = (p: Params, row: g.Tensor): g.Tensor => loss(model(p, g.expandDims(row, 0)));
    const together = g.perExampleGrad(each)(params, x);
    const slopes = g.range(5).map((i) => g.grad(each)(params, g.reshape(g.slice(x, [i], [i + 1]), [4])));
    const outputs = [together.w, together.b, g.stack(slopes.map(({ w }) => w)), g.stack(slopes.map(({ b }) => b))];
    for (const device of ['reference', 'cpu'] as const) {
      const feeds = new Map([...feedsOf(4)].map(([key, values]) => [key, device === 'cpu' ? Float32Array.from(values) : values]));
      const [w, b, ws, bs] = await evaluate(device, outputs, feeds);
      expect(relativeError(w!, ws!)).toBeLessThan(device === 'cpu' ? 1e-5 : 1e-13);
      expect(relativeError(b!, bs!)).toBeLessThan(device === 'cpu' ? 1e-5 : 1e-13);
    }
  });

  test('share some arguments by null', () => {
    const slopes = g.perExampleGrad((p: Params, row: g.Tensor, scale: g.Tensor) => g.mul(loss(model(p, g.expandDims(row, 0))), scale), { inAxes: [0, null] })(params, x, g.constant(2));
    expect(slopes.w.shape).toEqual([5, 3, 4]);
  });
});

describe('checkpoint', () => {
  const layers = g.range(4);
  /** Some layers, each recomputed or not. */
  const deep = (wrap: (f: (p: Params, h: g.Tensor) => g.Tensor) => (p: Params, h: g.Tensor) => g.Tensor) => (p: Params): g.Tensor =>
    g.mean(g.square(layers.reduce((h) => wrap((q, v) => g.matmul(g.tanh(linearModel(q, v)), g.sin(q.w)))(p, h), x)));

  test.each(['cpu', 'reference'] as const)('gives the same value to the bit, and the same gradient, on %s', async (device) => {
    const [value, slopes] = g.valueAndGrad(deep((f) => f))(params);
    const [same, again] = g.valueAndGrad(deep((f) => g.checkpoint(f)))(params);
    const feeds = new Map([...feedsOf(5)].map(([key, values]) => [key, device === 'cpu' ? Float32Array.from(values) : values]));
    const [a, aw, ab, b, bw, bb] = await evaluate(device, [value, slopes.w, slopes.b, same, again.w, again.b], feeds);
    expect(b).toEqual(a);
    expect(relativeError(bw!, aw!)).toBeLessThan(device === 'cpu' ? 1e-6 : 1e-14);
    expect(relativeError(bb!, ab!)).toBeLessThan(device === 'cpu' ? 1e-6 : 1e-14);
  });

  test('computes its function a second time behind a barrier', () => {
    const tanhs = (f: (p: Params) => g.Tensor): number => g.topologicalOrder(g.treeLeaves<g.Tensor>(g.grad(f)(params))).filter(({ op }) => op === 'tanh').length;
    expect(tanhs(deep((f) => f))).toBe(4);
    expect(tanhs(deep((f) => g.checkpoint(f)))).toBe(8);
  });

  test('reads values from outside and differentiates in them', async () => {
    const outer = (wrap: boolean) => (p: Params): g.Tensor => {
      const inner = (h: g.Tensor): g.Tensor => g.tanh(linearModel(p, h));
      return g.sum(g.square((wrap ? g.checkpoint(inner) : inner)(x)));
    };
    const [a, b] = await evaluate('reference', [flat(g.grad(outer(true))(params)), flat(g.grad(outer(false))(params))], feedsOf(6));
    expect(a).toEqual(b);
  });
});

/** A scalar function and what surrounds it: each transformation turns a function of parameters into another one. */
type Scalar = (p: Params) => g.Tensor;
const wrappers: Record<string, (f: Scalar) => Scalar> = {
  grad: (f) => (p) => g.sum(g.sin(flat(g.grad(f)(p)))),
  vjp: (f) => (p) => {
    const [y, pull] = g.vjp(f, p);
    return g.add(g.sum(flat(pull(g.cos(y)))), y);
  },
  jvp: (f) => (p) => {
    const [y, slope] = g.jvp(f, p, { w: g.sin(p.w), b: direction.b });
    return g.add(y, slope);
  },
  hvp: (f) => (p) => g.sum(g.square(flat(g.hvp(f)(p, direction)))),
  gaussNewton: (f) => (p) => g.sum(g.sin(flat(g.gaussNewtonProduct((q: Params) => g.stack([f(q), g.sum(q.b)]), (y) => g.sum(g.exp(g.mul(y, 0.1))))(p, direction)))),
  vmap: (f) => (p) => g.mean(g.vmap((scale: g.Tensor) => f({ w: g.mul(p.w, scale), b: p.b }))(g.constant([0.5, 1.5]))),
  scan: (f) => (p) => {
    const [last, ys] = g.scan((h: g.Tensor, row: g.Tensor): [g.Tensor, g.Tensor] => [g.add(g.mul(h, 0.5), f({ w: p.w, b: g.add(p.b, g.mul(h, g.mean(row))) })), g.sin(h)], g.constant(0.1), g.slice(x, [0], [2]));
    return g.add(last, g.mean(ys));
  },
  checkpoint: (f) => g.checkpoint(f),
  perExampleGrad: (f) => (p) => g.sum(g.square(g.perExampleGrad((q: Params, row: g.Tensor) => g.mul(f(q), g.sum(row)))(p, g.slice(x, [0], [2])).b)),
};

describe('transformations nest in any order', () => {
  const base: Scalar = (p) => g.mul(loss(model(p, x)), 0.4);
  /** The same without loops and recomputation, taken apart into plain products. */
  const plain: Record<string, (f: Scalar) => Scalar> = {
    ...wrappers,
    jvp: (f) => (p) => {
      const slopes = g.grad(f)(p);
      const along = { w: g.sin(p.w), b: direction.b };
      return g.add(f(p), g.add(g.sum(g.mul(slopes.w, along.w)), g.sum(g.mul(slopes.b, along.b))));
    },
    vmap: (f) => (p) => g.mean(g.stack([0.5, 1.5].map((scale) => f({ w: g.mul(p.w, scale), b: p.b })))),
    scan: (f) => (p) => {
      let h = g.constant(0.1);
      const ys: g.Tensor[] = [];
      for (const t of [0, 1]) {
        ys.push(g.sin(h));
        h = g.add(g.mul(h, 0.5), f({ w: p.w, b: g.add(p.b, g.mul(h, g.mean(g.slice(x, [t], [t + 1])))) }));
      }
      return g.add(h, g.mean(g.stack(ys)));
    },
    checkpoint: (f) => f,
    perExampleGrad: (f) => (p) => [0, 1].map((t) => g.sum(g.square(g.grad((q: Params) => g.mul(f(q), g.sum(g.slice(x, [t], [t + 1]))))(p).b))).reduce((a, b) => g.add(a, b)),
  };
  const names = Object.keys(wrappers);

  test('two and three deep, against the same functions taken apart', async () => {
    // Second and third order on top of each other make graphs of many thousand nodes: at most two such layers.
    const heavy = new Set(['hvp', 'gaussNewton', 'perExampleGrad']);
    const nesting = fc.array(fc.constantFrom(...names), { minLength: 2, maxLength: 3 }).filter((list) => list.filter((name) => heavy.has(name)).length <= 1);
    await fc.assert(
      fc.asyncProperty(nesting, fc.nat(1e6), async (list, seed) => {
        const together = list.reduce((f, name) => wrappers[name]!(f), base)(params);
        const apart = list.reduce((f, name) => plain[name]!(f), base)(params);
        const [a, b] = await evaluate('reference', [together, apart], feedsOf(seed));
        expect(relativeError(a!, b!, 1e-2)).toBeLessThan(1e-9);
      }),
      { numRuns: 40 },
    );
  });

  test.each(names)('%s of every other one on ONNX Runtime', async (outer) => {
    const feeds = feedsOf(7);
    const outputs = names.filter((name) => !(name === outer)).map((inner) => wrappers[outer]!(wrappers[inner]!(base))(params));
    const singles = new Map([...feeds].map(([key, values]) => [key, Float32Array.from(values)]));
    const exactFeeds = new Map([...singles].map(([key, values]) => [key, Float64Array.from(values)]));
    const [fast, exact] = [await evaluate('cpu', outputs, singles), await evaluate('reference', outputs, exactFeeds)];
    fast.forEach((values, i) => expect(relativeError(values, exact[i]!, 1)).toBeLessThan(1e-4));
  });
});

describe('the price of a tangent', () => {
  test('jvp is one pass forward: no more than twice the work of the function and a little', () => {
    const cost = (outputs: readonly g.Tensor[]): number => g.topologicalOrder(outputs).reduce((total, node) => total + (g.opDefinition(node.op).flops?.(node, node.attributes) ?? node.size), 0);
    const wide = { w: g.input('wide', [256, 256]), b: g.input('bias', [256]) };
    const data = g.input('data', [64, 256]);
    const net = (p: Params): g.Tensor => g.mean(g.square(g.range(3).reduce((h) => g.tanh(linearModel(p, h)), data)));
    const [y, slope] = g.jvp(net, wide, { w: g.input('dw', [256, 256]), b: g.input('db', [256]) });
    // A layer's tangent is two products (dW h and W dh), its value one.
    expect(cost([y, slope]) / cost([net(wide)])).toBeLessThan(3.1);
  });
});
