import fc from 'fast-check';
import * as g from '#core/graph';
import { cancelling, n, type OpCase, type Shapes } from './case';

const pooling: fc.Arbitrary<Shapes> = fc.tuple(n(2), n(2), n(2)).chain(([rank, batch, channels]) => {
  const axis = fc
    .record({ kernel: n(3), stride: n(3), extra: fc.nat(4) })
    .chain((a) => fc.record({ low: fc.nat(a.kernel - 1), high: fc.nat(a.kernel - 1) }).map((p) => ({ ...a, ...p, size: a.kernel + a.extra })));
  return fc.array(axis, { minLength: rank, maxLength: rank }).map((axes) => ({
    inputs: [[batch, channels, ...axes.map((a) => a.size)]],
    options: {
      kernel: axes.map((a) => a.kernel),
      stride: axes.map((a) => a.stride),
      padding: axes.map((a): [number, number] => [Math.min(a.low, a.kernel >> 1), Math.min(a.high, a.kernel >> 1)]),
    },
  }));
});
const pool = (name: string, f: (x: g.Tensor, kernel: number[], options: g.PoolOptions) => g.Tensor, rest: Partial<OpCase> = {}): OpCase => ({
  name,
  f: ([x], { options }) => {
    const { kernel, ...others } = options as unknown as { kernel: number[] } & g.PoolOptions;
    return f(x!, kernel, others);
  },
  shapes: pooling,
  ...rest,
});

/** Images that hold the windows of `pooling` when their taps stand two apart. */
const dilated = pooling.map(({ inputs, options }) => ({ inputs: [inputs[0]!.map((m, i) => (i < 2 ? m : m + 2))], options: options! }));

const adaptive: fc.Arbitrary<Shapes> = fc
  .tuple(n(2), n(2), fc.array(fc.tuple(n(7), n(5)), { minLength: 1, maxLength: 2 }))
  .map(([batch, channels, axes]) => ({ inputs: [[batch, channels, ...axes.map(([m]) => m)]], options: { size: axes.map(([, m]) => m) } }));

export const pools: OpCase[] = cancelling([
  pool('maxPool', g.maxPool),
  pool('avgPool', g.avgPool),
  { name: 'maxPool with wide padding', f: ([x]) => g.maxPool(x!, [2, 3], { stride: 1, dilation: [3, 2], padding: [[2, 1], [3, 3]] }), shapes: fc.tuple(n(3), n(3)).map(([h, w]) => ({ inputs: [[2, 2, h + 3, w + 2]] })) },
  { name: 'avgPool with wide padding', f: ([x]) => g.avgPool(x!, 2, { padding: [[2, 1], [3, 2]], includePadding: false }), shapes: fc.tuple(n(3), n(3)).map(([h, w]) => ({ inputs: [[2, 2, h, w]] })) },
  pool('avgPool without padding', (x, kernel, options) => g.avgPool(x, kernel, { ...options, includePadding: false })),
  pool('maxPool, dilated', (x, kernel, options) => g.maxPool(x, kernel, { ...options, dilation: 2 }), { shapes: dilated }),
  pool('maxPool in ceil mode', (x, kernel, options) => g.maxPool(x, kernel, { ...options, ceilMode: true })),
  pool('avgPool, dilated', (x, kernel, options) => g.avgPool(x, kernel, { ...options, dilation: 2 }), { shapes: dilated }),
  pool('avgPool in ceil mode', (x, kernel, options) => g.avgPool(x, kernel, { ...options, ceilMode: true })),
  pool('avgPool in ceil mode without padding', (x, kernel, options) => g.avgPool(x, kernel, { ...options, ceilMode: true, includePadding: false })),
  pool('avgPool with a divisor', (x, kernel, options) => g.avgPool(x, kernel, { ...options, divisor: 3 })),
  { name: 'adaptiveAvgPool', f: ([x], { options }) => g.adaptiveAvgPool(x!, options!['size'] as number[]), shapes: adaptive },
  { name: 'adaptiveMaxPool', f: ([x], { options }) => g.adaptiveMaxPool(x!, options!['size'] as number[]), shapes: adaptive },
  { name: 'globalMaxPool', f: ([x]) => g.globalMaxPool(x!), shapes: fc.tuple(n(), n(), n(), n()).map((s) => ({ inputs: [s] })) },
  { name: 'avgPool of equal tiles', f: ([x]) => g.avgPool(x!, 2), shapes: fc.tuple(n(), n()).map(([h, w]) => ({ inputs: [[2, 3, 2 * h, 2 * w]] })) },
  { name: 'maxPool of equal tiles', f: ([x]) => g.maxPool(x!, 2), shapes: fc.tuple(n(), n()).map(([h, w]) => ({ inputs: [[2, 3, 2 * h, 2 * w]] })) },
  { name: 'globalAveragePool', f: ([x]) => g.globalAveragePool(x!), shapes: fc.tuple(n(), n(), n(), n()).map((s) => ({ inputs: [s] })) },
]);
