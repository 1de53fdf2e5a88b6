import fc from 'fast-check';
import * as g from '#core/graph';
import { binary, n, one, type OpCase, reduction, shape, unary, withAxis } from './case';

export const layout: OpCase[] = [
  unary('reshape', (x) => g.reshape(x, [-1, 1])),
  {
    name: 'transpose',
    f: ([x], { options }) => g.transpose(x!, options!['order'] as number[]),
    shapes: shape(4, 1).chain((s) => fc.shuffledSubarray(g.range(s.length), { minLength: s.length }).map((order) => ({ inputs: [s], options: { order } }))),
  },
  unary('broadcastTo', (x) => g.broadcastTo(x, [2, 3, ...x.shape])),
  {
    name: 'slice',
    f: ([x], { options }) => {
      const cuts = options!['cuts'] as [number, number, number][];
      return g.slice(x!, cuts.map(([a]) => a), cuts.map(([, b]) => b), cuts.map(([, , s]) => s));
    },
    shapes: fc.array(n(7, 2), { minLength: 1, maxLength: 3 }).chain((s) =>
      fc
        .tuple(...s.map((m) => fc.tuple(fc.nat(m - 1), n(m), fc.constantFrom(1, 2, 3, -1, -2)).map(([a, b, step]) => [Math.min(a, b - 1), Math.max(a + 1, b), step])))
        .map((cuts) => ({ inputs: [s], options: { cuts } })),
    ),
  },
  {
    name: 'pad',
    f: ([x], { options }) => g.pad(x!, options!['pads'] as [number, number][], 0.5),
    shapes: fc.array(n(4, 3), { minLength: 1, maxLength: 3 }).chain((s) =>
      fc.array(fc.tuple(fc.integer({ min: -1, max: 2 }), fc.integer({ min: -1, max: 2 })), { minLength: s.length, maxLength: s.length }).map((pads) => ({ inputs: [s], options: { pads } })),
    ),
  },
  {
    name: 'concat',
    f: (xs, { options }) => g.concat(xs, options!['axis'] as number),
    shapes: withAxis.chain(({ inputs, options }) =>
      fc.array(n(), { minLength: 1, maxLength: 3 }).map((lengths) => ({
        inputs: lengths.map((m) => inputs[0]!.map((size, i) => (i === options!['axis'] ? m : size))),
        options: options!,
      })),
    ),
  },
  binary('stack', (a, b) => g.stack([a, b], 0), { shapes: one.map(({ inputs }) => ({ inputs: [inputs[0]!, inputs[0]!] })) }),
  unary('split', (x) => g.split(g.concat([x, x]), 2)[1]!, { shapes: shape(3, 1).map((s) => ({ inputs: [s] })) }),
  {
    name: 'tile',
    f: ([x], { options }) => g.tile(x!, options!['times'] as number[]),
    shapes: fc.tuple(shape(2), fc.array(n(3), { maxLength: 3 })).map(([s, times]) => ({ inputs: [s], options: { times } })),
  },
  { name: 'repeat', f: ([x], { options }) => g.repeat(x!, 3, options!['axis'] as number), shapes: withAxis },
  {
    name: 'diagonal',
    f: ([x], { options }) => g.diagonal(x!, options!['offset'] as number),
    shapes: fc.tuple(shape(1), n(), n()).chain(([s, h, w]) => fc.integer({ min: 1 - h, max: w - 1 }).map((offset) => ({ inputs: [[...s, h, w]], options: { offset } }))),
  },
  ...[g.tril, g.triu].map((f): OpCase => ({
    name: f === g.tril ? 'tril' : 'triu',
    f: ([x], { options }) => f(x!, options!['offset'] as number, 0.5),
    shapes: fc.tuple(shape(1), n(), n(), fc.integer({ min: -3, max: 3 })).map(([s, h, w, offset]) => ({ inputs: [[...s, h, w]], options: { offset } })),
  })),
  reduction('flip', (x, axes) => g.flip(x, axes)),
];

