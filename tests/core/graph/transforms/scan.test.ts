import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as g from '#core/graph';
import { evaluate, relativeError } from '../oracle';

/** A recurrent step with everything that can go wrong: a closed-over weight, an int counter, a stacked result, unused parts. */
interface Cell {
  readonly hidden: number;
  readonly inputs: number;
  readonly length: number;
  readonly reverse: boolean;
}

type Carry = { h: g.Tensor; count: g.Tensor };
type Arguments = { w: g.Tensor; u: g.Tensor; b: g.Tensor; h: g.Tensor; xs: g.Tensor };

const shapesOf = ({ hidden, inputs, length }: Cell): Record<keyof Arguments, number[]> => ({
  w: [hidden, hidden],
  u: [hidden, inputs],
  b: [hidden],
  h: [2, hidden],
  xs: [length, 2, inputs],
});

/** A small recurrent network's loss, looped or written out. */
const recurrent =
  ({ reverse }: Cell, unroll: boolean) =>
  ({ w, u, b, h, xs }: Arguments): g.Tensor => {
    const [last, ys] = g.scan(
      (carry: Carry, x: g.Tensor): [Carry, { y: g.Tensor; late: g.Tensor }] => {
        const next = g.tanh(g.add(g.add(g.matmul(carry.h, g.transpose(w)), g.matmul(x, g.transpose(u))), b));
        const count = g.add(carry.count, 1);
        return [{ h: g.mul(next, g.sigmoid(g.sum(b))), count }, { y: g.square(next), late: g.mul(carry.h, g.cast(count, 'float32')) }];
      },
      { h, count: g.constant(0, [], 'int32') },
      xs,
      { reverse, unroll },
    );
    const weights = g.add(g.arange(xs.shape[0]!), 1);
    return g.add(g.sum(g.sin(last.h)), g.add(g.sum(g.mul(g.mean(ys.y, [1, 2]), weights)), g.mean(ys.late)));
  };

const cells: fc.Arbitrary<Cell> = fc.record({ hidden: fc.integer({ min: 1, max: 4 }), inputs: fc.integer({ min: 1, max: 3 }), length: fc.integer({ min: 2, max: 5 }), reverse: fc.boolean() });

function argumentsOf(cell: Cell, seed: number, members = 0): { args: Arguments; feeds: Map<g.Tensor, Float32Array> } {
  const random = new g.Philox(seed, 'scan');
  const feeds = new Map<g.Tensor, Float32Array>();
  const args = Object.fromEntries(Object.entries(shapesOf(cell)).map(([name, shape]) => {
    const x = g.input(name, members > 0 ? [members, ...shape] : shape);
    feeds.set(x, random.normals(x.size).map((v) => 0.7 * v));
    return [name, x];
  })) as unknown as Arguments;
  return { args, feeds };
}

const leaves = (tree: g.Tree<g.Tensor>): g.Tensor[] => g.treeLeaves<g.Tensor>(tree);

async function sameOnReference(looped: readonly g.Tensor[], plain: readonly g.Tensor[], feeds: ReadonlyMap<g.Tensor, Float32Array>, tolerance = 1e-10): Promise<void> {
  const results = await evaluate('reference', [...looped, ...plain], feeds);
  looped.forEach((x, i) => {
    expect(x.shape).toEqual(plain[i]!.shape);
    expect(relativeError(results[i]!, results[looped.length + i]!)).toBeLessThan(tolerance);
  });
}

/** Transformations of a function of the arguments, in any nesting. */
type Loss = (args: Arguments) => g.Tensor;
const slopesOf = (loss: Loss) => (args: Arguments): g.Tensor[] => leaves(g.grad(loss)(args) as never);
const squaredSlope = (loss: Loss): Loss => (args) => slopesOf(loss)(args).map((x) => g.sum(g.square(x))).reduce((a, b) => g.add(a, b));

const transformations: Record<string, (loss: Loss) => (args: Arguments) => g.Tensor[]> = {
  value: (loss) => (args) => [loss(args)],
  gradient: slopesOf,
  'gradient of the squared gradient': (loss) => slopesOf(squaredSlope(loss)),
  'third derivative': (loss) => slopesOf(squaredSlope(squaredSlope(loss))),
  jvp: (loss) => (args) => g.jvp(loss as never, args as never, g.treeMap<g.Tensor, g.Tensor>((x) => g.sin(g.add(x, 1)), args as never) as never) as unknown as g.Tensor[],
  'jvp of the gradient': (loss) => (args) => {
    const [, products] = g.jvp(((at: Arguments) => slopesOf(loss)(at)) as never, args as never, g.treeMap<g.Tensor, g.Tensor>((x) => g.cos(x), args as never) as never);
    return products as unknown as g.Tensor[];
  },
  'gradient of the jvp': (loss) => slopesOf((args) => g.jvp(loss as never, args as never, g.treeMap<g.Tensor, g.Tensor>((x) => g.cos(x), args as never) as never)[1] as unknown as g.Tensor),
  'jvp of the jvp': (loss) => (args) => {
    const along: Loss = (at) => g.jvp(loss as never, at as never, g.treeMap<g.Tensor, g.Tensor>((x) => g.cos(x), args as never) as never)[1] as unknown as g.Tensor;
    return [g.jvp(along as never, args as never, g.treeMap<g.Tensor, g.Tensor>((x) => g.sin(x), args as never) as never)[1] as unknown as g.Tensor];
  },
};

describe('a loop equals its steps written out', () => {
  test.each(Object.entries(transformations))('%s', async (_, transform) => {
    await fc.assert(
      fc.asyncProperty(cells, fc.nat(1e6), async (cell, seed) => {
        const { args, feeds } = argumentsOf(cell, seed);
        await sameOnReference(transform(recurrent(cell, false))(args), transform(recurrent(cell, true))(args), feeds);
      }),
      { numRuns: 6 },
    );
  });

  test.each(Object.entries(transformations).filter(([name]) => name !== 'third derivative'))('vmap of %s', async (_, transform) => {
    await fc.assert(
      fc.asyncProperty(cells, fc.nat(1e6), fc.integer({ min: 1, max: 30 }), async (cell, seed, mask) => {
        const { args, feeds } = argumentsOf(cell, seed, 3);
        const names = Object.keys(args) as (keyof Arguments)[];
        const shared = argumentsOf(cell, seed + 1);
        const given = names.map((name, i) => ((mask >> i) & 1 ? args[name] : shared.args[name]));
        const inAxes = names.map((_, i) => ((mask >> i) & 1 ? 0 : null));
        const all = new Map([...feeds, ...shared.feeds].filter(([x]) => given.includes(x)));
        const member = (unroll: boolean) => (...xs: g.Tensor[]): g.Tensor[] => transform(recurrent(cell, unroll))(Object.fromEntries(names.map((name, i) => [name, xs[i]!])) as unknown as Arguments);
        const together = g.vmap(member(false), { inAxes })(...given);
        const alone = g.range(3).map((m) => member(true)(...given.map((x, i) => (inAxes[i] === 0 ? g.reshape(g.slice(x, [m], [m + 1]), x.shape.slice(1)) : x))));
        await sameOnReference(together, together.map((_, i) => g.stack(alone.map((results) => results[i]!))), all);
      }),
      { numRuns: 4 },
    );
  });

  test('the gradient of a vmap', async () => {
    const cell: Cell = { hidden: 3, inputs: 2, length: 4, reverse: false };
    const { args, feeds } = argumentsOf(cell, 5, 3);
    const loss = (unroll: boolean) => (at: Arguments): g.Tensor => {
      const each = g.vmap((...xs: g.Tensor[]) => recurrent(cell, unroll)(Object.fromEntries(Object.keys(at).map((name, i) => [name, xs[i]!])) as unknown as Arguments))(...leaves(at as never));
      return g.sum(g.square(each));
    };
    await sameOnReference(slopesOf(loss(false))(args), slopesOf(loss(true))(args), feeds);
  });

  test.each(Object.entries(transformations).filter(([name]) => name !== 'third derivative'))('ONNX Runtime agrees: %s', async (_, transform) => {
    const cell: Cell = { hidden: 3, inputs: 2, length: 4, reverse: true };
    const { args, feeds } = argumentsOf(cell, 3);
    const outputs = transform(recurrent(cell, false))(args);
    const [fast, exact] = [await evaluate('cpu', outputs, feeds), await evaluate('reference', outputs, feeds)];
    fast.forEach((values, i) => expect(relativeError(values, exact[i]!, 1)).toBeLessThan(2e-5));
  });
});

describe('loops in loops', () => {
  /** Rows of a matrix power series: the inner loop's step reads the outer loop's carry and a weight from outside. */
  const nested = (unroll: boolean) => (w: g.Tensor, x: g.Tensor): g.Tensor => {
    const [last, rows] = g.scan(
      (outer: g.Tensor, row: g.Tensor): [g.Tensor, g.Tensor] => {
        const [inner, sums] = g.scan(
          (v: g.Tensor, element: g.Tensor): [g.Tensor, g.Tensor] => {
            const next = g.tanh(g.add(g.matmul(w, v), g.mul(outer, element)));
            return [next, g.sum(next)];
          },
          g.mul(outer, g.sum(row)),
          row,
          { unroll },
        );
        return [inner, sums];
      },
      g.full([3], 0.3),
      x,
      { unroll, reverse: true },
    );
    return g.add(g.sum(g.square(last)), g.sum(g.sin(rows)));
  };

  test('value, gradient, second derivative, vmap and tangents', async () => {
    const [w, x] = [g.input('w', [3, 3]), g.input('x', [4, 2])];
    const random = new g.Philox(2);
    const feeds = new Map([[w, random.normals(9)], [x, random.normals(8)]]);
    const results = (unroll: boolean): g.Tensor[] => {
      const f = (at: g.Tensor[]): g.Tensor => nested(unroll)(at[0]!, at[1]!);
      const slopes = g.grad(f);
      return [
        f([w, x]),
        ...slopes([w, x]),
        ...g.grad((at: g.Tensor[]) => slopes(at).map((slope) => g.sum(g.square(slope))).reduce((a, b) => g.add(a, b)))([w, x]),
        g.jvp(f, [w, x], [g.sin(w), g.cos(x)])[1],
        ...g.vmap((scale: g.Tensor) => slopes([g.mul(w, scale), x]))(g.constant([0.5, 1, 2])),
      ];
    };
    await sameOnReference(results(false), results(true), feeds);
    const outputs = results(false);
    const [fast, exact] = [await evaluate('cpu', outputs, feeds), await evaluate('reference', outputs, feeds)];
    fast.forEach((values, i) => expect(relativeError(values, exact[i]!, 1)).toBeLessThan(2e-5));
  });
});

describe('the graph of a loop', () => {
  const x = g.input('x', [6, 2]);
  const w = g.input('w', [2, 2]);
  const step = (h: g.Tensor, row: g.Tensor): [g.Tensor, g.Tensor] => [g.tanh(g.matmul(w, g.add(h, row))), g.exp(h)];

  test('equal loops are one node, whatever is read of them', () => {
    const [a] = g.scan(step, g.zeros([2]), x);
    const [b, ys] = g.scan((h: g.Tensor, row: g.Tensor): [g.Tensor, g.Tensor] => [g.tanh(g.matmul(w, g.add(h, row))), g.sin(h)], g.zeros([2]), x);
    expect(a).toBe(b);
    expect(ys.inputs[0]).toBe(a.inputs[0]);
  });

  test('what does not change from step to step is computed outside', () => {
    const [last] = g.scan((h: g.Tensor, row: g.Tensor): [g.Tensor, g.Tensor] => [g.add(h, g.matmul(g.exp(w), row)), row], g.zeros([2]), x);
    const { body } = g.loopAttributes(last.inputs[0]!);
    expect(g.topologicalOrder(body.outputs).map(({ op }) => op)).not.toContain('exp');
  });

  test('value and gradient share the forward loop', () => {
    const [value, slope] = g.valueAndGrad((weights: g.Tensor) => g.sum(g.scan((h: g.Tensor, row: g.Tensor): [g.Tensor, g.Tensor] => [g.tanh(g.matmul(weights, g.add(h, row))), h], g.zeros([2]), x)[0]))(w);
    expect(g.topologicalOrder([value, slope]).filter(({ op }) => op === 'loop')).toHaveLength(2);
  });

  test('a carry that no reader needs does not run', () => {
    const [{ h }] = g.scan((carry: { h: g.Tensor; unused: g.Tensor }, row: g.Tensor): [typeof carry, g.Tensor] => [{ h: g.add(carry.h, row), unused: g.mul(carry.unused, g.sum(carry.h)) }, row], { h: g.zeros([2]), unused: g.constant(1) }, x);
    const plan = g.loopPlan(h.inputs[0]!, [h]);
    expect(plan.carries).toHaveLength(1);
    expect(plan.stacks).toHaveLength(0);
  });

  test('the gradient of a recurrent weight is one product over all steps', () => {
    const xs = g.input('xs', [6, 3, 2]);
    const slope = g.grad((weights: g.Tensor) => g.sum(g.scan((h: g.Tensor, rows: g.Tensor): [g.Tensor, g.Tensor] => [g.tanh(g.add(g.matmul(h, weights), rows)), h], g.zeros([3, 2]), xs)[0]))(w);
    expect(slope.op).toBe('matmul');
    expect(slope.inputs.map(({ shape }) => shape)).toEqual([[18, 2], [18, 2]]);
  });

  test('no step, one step, no sequence', async () => {
    const [none, rows] = g.scan(step, g.full([2], 3), g.input('none', [0, 2]));
    expect(g.scalarValue(none)).toBe(3);
    expect(rows.shape).toEqual([0, 2]);
    const [one] = g.scan(step, g.zeros([2]), g.slice(x, [0], [1]));
    expect(g.topologicalOrder([one]).some(({ op }) => op === 'loop')).toBe(false);
    const [power] = g.scan((v: g.Tensor): [g.Tensor, g.Tensor] => [g.mul(v, 2), v], g.input('v', []), {}, { length: 10 });
    for (const device of ['cpu', 'reference'] as const) {
      const [value] = await evaluate(device, [power], new Map([[g.input('v', []), Float32Array.of(3)]]));
      expect(value![0]).toBe(3072);
    }
  });

  test('mistakes name the place', () => {
    const scan = g.scan as (...args: unknown[]) => unknown;
    expect(() => scan((h: g.Tensor) => [g.stack([h, h]), h], g.zeros([2]), x)).toThrow('scan: the carry starts as broadcastTo: float32[2], the step gives concat: float32[2,2]');
    expect(() => scan((c: { h: g.Tensor }) => [{ h: g.cast(c.h, 'int32') }, c.h], { h: g.zeros([2]) }, x)).toThrow('scan: carry h starts as');
    expect(() => scan((c: { h: g.Tensor }) => [{ k: c.h }, c.h], { h: g.zeros([2]) }, x)).toThrow('scan: carry h comes back from the step as k');
    expect(() => scan(step, g.zeros([2]), { a: x, b: g.zeros([5, 2]) })).toThrow('scan: sequence b has 5 elements, others have 6');
    expect(() => scan(step, g.zeros([2]), {})).toThrow('scan: without sequences the number of steps must be given');
    expect(() => scan(step, g.zeros([2]), g.constant(1))).toThrow('scan: the sequence is a scalar');
  });
});
