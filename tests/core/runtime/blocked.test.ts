import fc from 'fast-check';
import { expect, test } from 'vitest';
import { add, conv, type ConvOptions, gradients, input, mul, Philox, reshape, sizeOf, type Tensor, windowedShape } from '#core/graph';
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

/** A graph of these inputs and outputs, and the nodes that it becomes. */
const nodesOf = (inputs: readonly Tensor[], outputs: readonly Tensor[], options: { block?: number; portable?: boolean }) =>
  lowerGraph({ inputs: inputs.map((t) => ({ name: String(t.attributes['name']), shape: t.shape, dtype: t.dtype })), outputs: outputs.map((tensor, i) => ({ name: `y${i}`, tensor })) }, options).nodes;

test('the gradient of a filter takes the rows of large images in groups, whatever the number of examples', async () => {
  for (const [batch, channels, out, stride] of [[4, 16, 16, 1], [5, 32, 16, 2], [18, 16, 32, 1]] as const) {
    const [x, w] = [input('x', [batch, channels, 20, 32], 'float32'), input('w', [out, channels, 3, 3], 'float32')];
    const [gradient] = gradients(projected(conv(x, w, { stride, padding: 1 }), batch), [w]);
    const random = new Philox(batch, 'rows');
    const feeds = new Map([x, w].map((t) => [t, random.normals(t.size)]));
    const [[fast], [exact]] = [await evaluate('cpu', [gradient!], feeds), await evaluate('reference', [gradient!], feeds)];
    expect(relativeError(fast!, exact!)).toBeLessThan(1e-5);
    // As channels they are whole blocks, or fewer than one.
    const channelsOf = nodesOf([x, w], [gradient!], { block: 16 }).filter(({ opType, attributes }) => opType === 'Conv' && (attributes['dilations'] as number[]).at(-1)! >= 16);
    expect(channelsOf).toHaveLength(1);
    expect((channelsOf[0]!.attributes['kernel_shape'] as number[])[0]).toBeLessThan(20 / stride);
  }
});

test('sums of convolutions, of multiples a channel and of one number a channel take no pass of their own', async () => {
  const shapes = { x: [8, 16, 8, 8], z: [8, 16, 8, 8], v: [16, 16, 3, 3], w: [16, 16, 3, 3], s: [16], t: [16], b: [16] };
  const { x, z, v, w, s, t, b } = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, input(name, shape, 'float32')])) as Record<keyof typeof shapes, Tensor>;
  const line = (each: Tensor): Tensor => reshape(each, [16, 1, 1]);
  const both = add(conv(x, v, { padding: 1 }), conv(z, w, { padding: 1 }));
  const outputs = [add(both, line(b)), ...gradients(projected(add(add(mul(both, line(s)), mul(conv(x, w, { padding: 1 }), line(t))), line(b)), 5), [x, z, v, w, s, t, b])];
  const inputs = [x, z, v, w, s, t, b];
  const random = new Philox(1, 'sums');
  const feeds = new Map(inputs.map((each) => [each, random.normals(each.size)]));
  const [fast, exact] = [await evaluate('cpu', outputs, feeds), await evaluate('reference', outputs, feeds)];
  fast.forEach((numbers, i) => expect(relativeError(numbers, exact[i]!), `output ${i}`).toBeLessThan(1e-5));
  const forward = nodesOf([x, z, v, w, b], [add(both, line(b))], { block: 16 });
  expect(forward.filter(({ opType }) => opType === 'Add')).toEqual([]);
  expect(forward.filter(({ opType, inputs: read }) => opType === 'Conv' && read.length === 4)).toHaveLength(1);
});

test('the convolutions of a residual block go to the blocked kernels, those of a file for others do not', () => {
  const [x, w] = [input('x', [8, 16, 8, 8], 'float32'), input('w', [32, 16, 3, 3], 'float32')];
  const y = conv(x, w, { stride: 2, padding: 1 });
  const outputs = [y, ...gradients(projected(y, 0), [x, w])];
  const convolutions = (options: { block?: number; portable?: boolean }): (string | undefined)[] =>
    nodesOf([x, w], outputs, options).filter(({ opType }) => opType.startsWith('Conv')).map(({ domain }) => domain);
  expect(new Set(convolutions({ block: 8 }))).toEqual(new Set(['com.microsoft.nchwc']));
  expect(new Set(convolutions({ block: 8, portable: true }))).toEqual(new Set([undefined]));
});
