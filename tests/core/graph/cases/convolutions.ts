import fc from 'fast-check';
import * as g from '#core/graph';
import { cancelling, n, type OpCase, type Shapes } from './case';

interface ConvShapes {
  readonly images: number[];
  readonly filters: number[];
  readonly options: { stride: number[]; padding: [number, number][]; dilation: number[]; groups: number };
}

const convolution: fc.Arbitrary<ConvShapes> = fc.tuple(n(2), n(2), n(2), n(2), n(2)).chain(([rank, batch, groups, inPerGroup, outPerGroup]) => {
  const axis = fc
    .record({ kernel: n(3), stride: n(3), low: fc.nat(2), high: fc.nat(2), dilation: n(2), extra: fc.nat(4) })
    .map((a) => ({ ...a, size: Math.max(1, (a.kernel - 1) * a.dilation + 1 - a.low - a.high) + a.extra }));
  return fc.array(axis, { minLength: rank, maxLength: rank }).map((axes) => ({
    images: [batch, groups * inPerGroup, ...axes.map((a) => a.size)],
    filters: [groups * outPerGroup, inPerGroup, ...axes.map((a) => a.kernel)],
    options: {
      stride: axes.map((a) => a.stride),
      padding: axes.map((a): [number, number] => [a.low, a.high]),
      dilation: axes.map((a) => a.dilation),
      groups,
    },
  }));
});

/** The convolution's results as images, lengthened again by all that a stride or a dilation can hide. */
const transposed: fc.Arbitrary<Shapes> = convolution.chain(({ images, filters, options }) =>
  fc.tuple(...options.stride.map((stride, i) => fc.nat(Math.max(stride, options.dilation[i]!) - 1))).map((outputPadding) => {
    const lengths = g.windowedShape(images.slice(2), filters.slice(2), options);
    // Room for what the padding cuts.
    const reach = lengths.map((m, i) => m + Math.ceil((options.padding[i]![0] + options.padding[i]![1]) / options.stride[i]!));
    return { inputs: [[images[0]!, filters[0]!, ...reach], filters], options: { ...options, outputPadding } };
  }),
);

export const convolutions: OpCase[] = cancelling([
  {
    name: 'conv',
    f: ([x, w], { options }) => g.conv(x!, w!, options as g.ConvOptions),
    shapes: convolution.map(({ images: x, filters, options }) => ({ inputs: [x, filters], options })),
  },
  {
    name: 'conv, bias and relu',
    kinks: true,
    f: ([x, w, b]) => g.relu(g.add(g.conv(x!, w!, { padding: 1 }), g.reshape(b!, [-1, 1, 1]))),
    shapes: fc.tuple(n(), n(), n()).map(([batch, i, o]) => ({ inputs: [[batch, i, 5, 4], [o, i, 3, 3], [o]] })),
  },
  {
    name: 'convTranspose',
    f: ([x, w], { options }) => g.convTranspose(x!, w!, options as g.ConvTransposeOptions),
    shapes: transposed,
  },
]);
