import fc from 'fast-check';
import { expect, test } from 'vitest';
import { add, conv, type ConvOptions, gradients, input, Philox, reshape, sizeOf, windowedShape } from '#core/graph';
import { lowerGraph } from '../../../core/runtime/onnx/lower-graph';
import { evaluate, projected, relativeError } from '../graph/oracle';

/** Shapes that the blocked kernels serve: channels in whole blocks or to be filled up, few or many, grouped or not, strided, dilated, cut. */
const shapes = fc
  .record({
    rank: fc.constantFrom(1, 2, 2),
    batch: fc.constantFrom(3, 8, 17, 32),
    groups: fc.constantFrom(1, 1, 1, 2),
    inputs: fc.constantFrom(1, 3, 8, 12, 16, 20, 32, 48),
    outputs: fc.constantFrom(4, 8, 16, 20, 32, 64),
  })
  .chain((s) => {
    const axis = fc
      .record({ kernel: fc.integer({ min: 1, max: 4 }), stride: fc.integer({ min: 1, max: 3 }), low: fc.nat(2), high: fc.nat(2), dilation: fc.integer({ min: 1, max: 2 }), extra: fc.nat(7) })
      .map((a) => ({ ...a, size: Math.max(1, (a.kernel - 1) * a.dilation + 1 - a.low - a.high) + a.extra }));
    return fc.array(axis, { minLength: s.rank, maxLength: s.rank }).map((axes) => {
      const options = {
        stride: axes.map((a) => a.stride),
        padding: axes.map((a): [number, number] => [a.low, a.high]),
        dilation: axes.map((a) => a.dilation),
        groups: s.groups,
      };
      return {
        x: [s.batch, s.groups * s.inputs, ...axes.map((a) => a.size)],
        w: [s.groups * s.outputs, s.inputs, ...axes.map((a) => a.kernel)],
        options,
      };
    });
  })
  .filter(({ x, w, options }) => {
    const work = x[0]! * sizeOf(w) * sizeOf(windowedShape(x.slice(2), w.slice(2), options));
    return work > 3e5 && work < 4e6;
  });

test('convolutions in blocks and both their gradients are those of the float64 reference', async () => {
  await fc.assert(
    fc.asyncProperty(shapes, fc.nat(1e6), async ({ x, w, options }, seed) => {
      const random = new Philox(seed, 'blocked');
      const [images, filters, bias] = [input('x', x, 'float32'), input('w', w, 'float32'), input('b', [w[0]!], 'float32')];
      const feeds = new Map([images, filters, bias].map((t) => [t, random.normals(t.size)]));
      const y = add(conv(images, filters, options as ConvOptions), reshape(bias, [-1, ...x.slice(2).map(() => 1)]));
      const outputs = [y, ...gradients(projected(y, seed), [images, filters, bias])];
      const [fast, exact] = [await evaluate('cpu', outputs, feeds), await evaluate('reference', outputs, feeds)];
      fast.forEach((numbers, i) => expect(relativeError(numbers, exact[i]!)).toBeLessThan(1e-5));
    }),
    { numRuns: 30 },
  );
}, 120_000);

test('the convolutions of a residual block go to the blocked kernels, those of a file for others do not', () => {
  const [x, w] = [input('x', [8, 16, 8, 8], 'float32'), input('w', [32, 16, 3, 3], 'float32')];
  const y = conv(x, w, { stride: 2, padding: 1 });
  const graph = {
    inputs: [x, w].map((t) => ({ name: String(t.attributes['name']), shape: t.shape, dtype: t.dtype })),
    outputs: [y, ...gradients(projected(y, 0), [x, w])].map((tensor, i) => ({ name: `y${i}`, tensor })),
  };
  const convolutions = (options: { block?: number; portable?: boolean }): (string | undefined)[] =>
    lowerGraph(graph, options).nodes.filter(({ opType }) => opType.startsWith('Conv')).map(({ domain }) => domain);
  expect(new Set(convolutions({ block: 8 }))).toEqual(new Set(['com.microsoft.nchwc']));
  expect(new Set(convolutions({ block: 8, portable: true }))).toEqual(new Set([undefined]));
});
