import fc from 'fast-check';
import * as g from '#core/graph';
import { broadcasting, cancelling, n, type OpCase, type Shapes } from './case';

const sequences: fc.Arbitrary<Shapes> = fc
  .record({ length: fc.integer({ min: 2, max: 4 }), inputs: n(2), hidden: n(3), reverse: fc.boolean() })
  .map(({ length, inputs, hidden, reverse }) => ({ inputs: [[hidden, hidden], [hidden, inputs], [2, hidden], [length, 2, inputs]], options: { reverse } }));

/** Last carry and stacked results of a recurrent step, side by side. */
const recurrence: OpCase = {
  name: 'scan',
  f: ([w, u, h, xs], { options }) => {
    const [last, ys] = g.scan(
      (carry: g.Tensor, x: g.Tensor): [g.Tensor, g.Tensor] => {
        const next = g.tanh(g.add(g.matmul(carry, g.mul(w!, 0.3)), g.matmul(x, g.transpose(u!))));
        return [next, g.mul(next, carry)];
      },
      h!,
      xs!,
      { reverse: options!['reverse'] === true },
    );
    return g.concat([g.expandDims(last, 0), ys]);
  },
  shapes: sequences,
};

/** A function whose gradient is computed anew. */
const recomputed: OpCase = {
  name: 'checkpoint',
  f: ([a, b]) => {
    const f = g.checkpoint((x: g.Tensor, y: g.Tensor): g.Tensor[] => [g.sin(g.mul(x, y)), g.add(g.square(g.tanh(x)), y)]);
    const [first, second] = f(g.sin(a!), b!) as [g.Tensor, g.Tensor];
    return g.mul(first, g.add(second, first));
  },
  shapes: broadcasting(2),
};

export const loops: OpCase[] = cancelling([recurrence, recomputed]);
