import fc from 'fast-check';
import * as g from '#core/graph';

/** One op as the property tests see it: a function of tensors, its inputs' shapes at random, and where their values lie. */
export interface OpCase {
  readonly name: string;
  readonly f: (xs: g.Tensor[], shape: Shapes) => g.Tensor;
  readonly shapes: fc.Arbitrary<Shapes>;
  /** Range of the values of every float input. Default: -2 to 2.1. */
  readonly domain?: readonly [number, number];
  /** Inputs that hold whole numbers below the given bound, by position. */
  readonly integers?: Readonly<Record<number, (shape: Shapes) => number>>;
  /** The op has no derivative, or its results are no floats. */
  readonly flat?: boolean;
  /** Gradients cancel to nearly nothing on small shapes: the magnitude that errors are then measured against. */
  readonly floor?: number;
}

/** Shapes of the inputs; the op's other arguments ride along. */
export interface Shapes {
  readonly inputs: readonly (readonly number[])[];
  readonly options?: Readonly<Record<string, unknown>>;
}

const n = (max = 4, min = 1): fc.Arbitrary<number> => fc.integer({ min, max });
const shape = (maxRank = 3, minRank = 0): fc.Arbitrary<number[]> => fc.array(n(), { minLength: minRank, maxLength: maxRank });

const one: fc.Arbitrary<Shapes> = shape().map((s) => ({ inputs: [s] }));

/** `count` shapes that broadcast to one another. */
const broadcasting = (count: number): fc.Arbitrary<Shapes> =>
  fc
    .tuple(shape(), fc.array(fc.tuple(fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }), fc.nat(3)), { minLength: count, maxLength: count }))
    .map(([full, masks]) => ({
      inputs: masks.map(([ones, drop]) => full.map((m, i) => (ones[i] ? 1 : m)).slice(Math.min(drop, full.length))),
    }));

const withAxes: fc.Arbitrary<Shapes> = shape(3, 1).chain((s) =>
  fc.record({ axes: fc.subarray(g.range(s.length), { minLength: 1 }), keepDims: fc.boolean() }).map((options) => ({ inputs: [s], options })),
);
const withAxis: fc.Arbitrary<Shapes> = shape(3, 1).chain((s) => fc.nat(s.length - 1).map((axis) => ({ inputs: [s], options: { axis } })));

const unary = (name: string, f: (x: g.Tensor) => g.Tensor, rest: Partial<OpCase> = {}): OpCase => ({ name, f: ([x]) => f(x!), shapes: one, ...rest });
const binary = (name: string, f: (a: g.Tensor, b: g.Tensor) => g.Tensor, rest: Partial<OpCase> = {}): OpCase => ({
  name,
  f: ([a, b]) => f(a!, b!),
  shapes: broadcasting(2),
  ...rest,
});
const reduction = (name: string, f: (x: g.Tensor, axes: number[], keep: boolean) => g.Tensor, rest: Partial<OpCase> = {}): OpCase => ({
  name,
  f: ([x], { options }) => f(x!, options!['axes'] as number[], options!['keepDims'] as boolean),
  shapes: withAxes,
  ...rest,
});

const positive = [0.2, 3] as const;
const condition = (x: g.Tensor): g.Tensor => g.greater(x, 0);

const elementwise: OpCase[] = [
  binary('add', g.add),
  binary('sub', g.sub),
  binary('mul', g.mul),
  binary('div', g.div, { domain: positive }),
  binary('pow', g.pow, { domain: positive }),
  binary('maximum', g.maximum),
  binary('minimum', g.minimum),
  unary('neg', g.neg),
  unary('square', g.square),
  unary('reciprocal', g.reciprocal, { domain: positive }),
  unary('abs', g.abs),
  unary('sign', g.sign, { flat: true }),
  unary('floor', g.floor, { flat: true }),
  unary('ceil', g.ceil, { flat: true }),
  unary('clip', (x) => g.clip(x, -0.7, 1.1)),
  unary('exp', g.exp),
  unary('expm1', g.expm1),
  unary('expm1 near 0', g.expm1, { domain: [-1e-4, 1e-4], floor: 1e-6 }),
  unary('log', g.log, { domain: positive }),
  unary('log1p', g.log1p, { domain: [-0.6, 3] }),
  unary('log1p near 0', g.log1p, { domain: [-1e-4, 1e-4], floor: 1e-6 }),
  unary('sqrt', g.sqrt, { domain: positive }),
  unary('rsqrt', g.rsqrt, { domain: positive }),
  unary('sin', g.sin),
  unary('cos', g.cos),
  unary('tanh', g.tanh),
  unary('sigmoid', g.sigmoid),
  unary('softplus', g.softplus),
  unary('erf', g.erf),
  unary('relu', g.relu),
  unary('leakyRelu', (x) => g.leakyRelu(x, 0.1)),
  unary('gelu', g.gelu),
  unary('silu', g.silu),
  unary('pow of a constant', (x) => g.add(g.pow(x, 3), g.pow(x, 4)), { domain: positive }),
  binary('equal', g.equal, { flat: true }),
  binary('notEqual', g.notEqual, { flat: true }),
  binary('less', g.less, { flat: true }),
  binary('lessEqual', g.lessEqual, { flat: true }),
  binary('greater', g.greater, { flat: true }),
  binary('greaterEqual', g.greaterEqual, { flat: true }),
  binary('logicalAnd', (a, b) => g.logicalAnd(condition(a), condition(b)), { flat: true }),
  binary('logicalOr', (a, b) => g.logicalOr(condition(a), condition(b)), { flat: true }),
  unary('logicalNot', (a) => g.logicalNot(condition(a)), { flat: true }),
  { name: 'where', f: ([c, a, b]) => g.where(condition(c!), a!, b!), shapes: broadcasting(3) },
  unary('cast to int', (x) => g.cast(x, 'int32'), { flat: true }),
  unary('cast to bool and back', (x) => g.cast(g.cast(g.floor(x), 'bool'), 'float32'), { flat: true }),
  unary('stopGradient', (x) => g.mul(g.stopGradient(x), 2), { flat: true }),
  unary('customGradient', g.customGradient((x) => g.mul(x, g.square(x)), (u, x) => [g.mul(u, g.mul(g.square(x), 3))])),
  binary('integer division', (a, b) => g.div(g.cast(g.mul(a, 10), 'int32'), g.cast(g.mul(b, 4), 'int32')), { flat: true, domain: [1, 5] }),
];

const reductions: OpCase[] = [
  reduction('sum', g.sum),
  reduction('mean', g.mean),
  reduction('max', g.max),
  reduction('min', g.min),
  reduction('prod', g.prod),
  reduction('logsumexp', g.logsumexp),
  reduction('variance', g.variance),
  reduction('normalize', (x, axes) => g.normalize(x, axes, 1e-2), { floor: 1 }),
  { name: 'argmax', f: ([x], { options }) => g.argmax(x!, options!['axis'] as number), shapes: withAxis, flat: true },
  { name: 'argmin', f: ([x], { options }) => g.argmin(x!, options!['axis'] as number, true), shapes: withAxis, flat: true },
  { name: 'softmax', f: ([x], { options }) => g.softmax(x!, options!['axis'] as number), shapes: withAxis, floor: 0.1 },
  { name: 'logSoftmax', f: ([x], { options }) => g.logSoftmax(x!, options!['axis'] as number), shapes: withAxis },
  {
    name: 'cumsum',
    f: ([x], { options }) => g.cumsum(x!, options!['axis'] as number, { exclusive: options!['exclusive'] as boolean, reverse: options!['reverse'] as boolean }),
    shapes: withAxis.chain((s) => fc.record({ exclusive: fc.boolean(), reverse: fc.boolean() }).map((o) => ({ ...s, options: { ...s.options, ...o } }))),
  },
];

const layout: OpCase[] = [
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
  reduction('flip', (x, axes) => g.flip(x, axes)),
];

const indexed = shape(3, 1).chain((s) => fc.tuple(fc.nat(s.length - 1), shape(2)).map(([axis, at]) => ({ inputs: [s, at], options: { axis } })));
const indexing: OpCase[] = [
  {
    name: 'gather',
    f: ([x, at], { options }) => g.gather(x!, at!, options!['axis'] as number),
    shapes: indexed,
    integers: { 1: ({ inputs, options }) => inputs[0]![options!['axis'] as number]! },
  },
  {
    name: 'scatterAdd',
    f: ([x, at], { options }) => g.scatterAdd(at!, x!, 5, options!['axis'] as number),
    shapes: fc.tuple(shape(2), shape(2), shape(2)).map(([before, at, after]) => ({ inputs: [[...before, ...at, ...after, 1], at], options: { axis: before.length } })),
    integers: { 1: () => 5 },
  },
  {
    name: 'scatterAdd, many',
    f: ([x, at]) => g.scatterAdd(at!, x!, 7),
    shapes: fc.constant({ inputs: [[20, 3, 4], [20]] }),
    integers: { 1: () => 7 },
  },
  { name: 'oneHot', f: ([at]) => g.oneHot(at!, 4), shapes: one, integers: { 0: () => 4 }, flat: true },
];

const products: OpCase[] = [
  {
    name: 'matmul',
    f: ([a, b]) => g.matmul(a!, b!),
    shapes: fc
      .tuple(n(), n(), n(), fc.boolean(), fc.boolean(), shape(2), fc.constantFrom('both', 'left', 'right', 'ones'))
      .map(([m, k, o, vectorA, vectorB, batch, where]) => {
        if (batch.length === 0 && (vectorA || vectorB)) return { inputs: [vectorA ? [k] : [m, k], vectorB ? [k] : [k, o]] };
        const left = where === 'right' ? [] : where === 'ones' ? batch.map(() => 1) : batch;
        return { inputs: [[...left, m, k], [...(where === 'left' ? [] : batch), k, o]] };
      }),
  },
  {
    name: 'matmul of transposes',
    f: ([a, b]) => g.matmul(g.transpose(a!, [...g.range(a!.rank - 2), a!.rank - 1, a!.rank - 2]), g.transpose(b!, [...g.range(b!.rank - 2), b!.rank - 1, b!.rank - 2])),
    shapes: fc.tuple(n(), n(), n(), shape(1)).map(([m, k, o, batch]) => ({ inputs: [[...batch, k, m], [...batch, o, k]] })),
  },
  { name: 'linear layer', f: ([x, w, b]) => g.add(g.matmul(x!, g.transpose(w!)), b!), shapes: fc.tuple(n(), n(), n()).map(([m, k, o]) => ({ inputs: [[m, k], [o, k], [o]] })) },
  { name: 'einsum', f: ([a, b]) => g.einsum('bij,bkj->kbi', a!, b!), shapes: fc.tuple(n(), n(), n(), n()).map(([b, i, j, k]) => ({ inputs: [[b, i, j], [b, k, j]] })) },
  { name: 'einsum of three', f: (xs) => g.einsum('i,ij,jk', ...xs), shapes: fc.tuple(n(), n(), n()).map(([i, j, k]) => ({ inputs: [[i], [i, j], [j, k]] })) },
];

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

const images: OpCase[] = [
  {
    name: 'conv',
    f: ([x, w], { options }) => g.conv(x!, w!, options as g.ConvOptions),
    shapes: convolution.map(({ images: x, filters, options }) => ({ inputs: [x, filters], options })),
  },
  {
    name: 'conv with bias',
    f: ([x, w, b]) => g.relu(g.add(g.conv(x!, w!, { padding: 1 }), g.reshape(b!, [-1, 1, 1]))),
    shapes: fc.tuple(n(), n(), n()).map(([batch, i, o]) => ({ inputs: [[batch, i, 5, 4], [o, i, 3, 3], [o]] })),
  },
  {
    name: 'convTranspose',
    f: ([y, w], { options }) => {
      const { size, ...rest } = options as unknown as { size: number[] } & g.ConvOptions;
      return g.convTranspose(y!, w!, size, rest);
    },
    shapes: convolution.map(({ images: x, filters, options }) => {
      const result = g.windowedShape(x.slice(2), filters.slice(2), options);
      return { inputs: [[x[0]!, filters[0]!, ...result], filters], options: { ...options, size: x.slice(2) } };
    }),
  },
  pool('maxPool', g.maxPool),
  pool('avgPool', g.avgPool),
  pool('avgPool without padding', (x, kernel, options) => g.avgPool(x, kernel, { ...options, includePadding: false })),
  { name: 'avgPool of equal tiles', f: ([x]) => g.avgPool(x!, 2), shapes: fc.tuple(n(), n()).map(([h, w]) => ({ inputs: [[2, 3, 2 * h, 2 * w]] })) },
  { name: 'maxPool of equal tiles', f: ([x]) => g.maxPool(x!, 2), shapes: fc.tuple(n(), n()).map(([h, w]) => ({ inputs: [[2, 3, 2 * h, 2 * w]] })) },
  { name: 'globalAveragePool', f: ([x]) => g.globalAveragePool(x!), shapes: fc.tuple(n(), n(), n(), n()).map((s) => ({ inputs: [s] })) },
  {
    name: 'layerNorm',
    floor: 1,
    f: ([x, w, b]) => g.layerNorm(x!, w!, b!, 1e-2),
    shapes: fc.tuple(shape(2), n(5, 2)).map(([s, m]) => ({ inputs: [[...s, m], [m], [m]] })),
  },
  {
    name: 'groupNorm',
    floor: 1,
    f: ([x, w, b]) => g.groupNorm(x!, 2, w!, b!, 1e-2),
    shapes: fc.tuple(n(), n(2), n(), n(4, 2)).map(([b, c, h, w]) => ({ inputs: [[b, 2 * c, h, w], [2 * c], [2 * c]] })),
  },
  {
    name: 'batchNorm',
    floor: 1,
    f: ([x, w, b]) => g.batchNorm(x!, w!, b!, 1e-2).y,
    shapes: fc.tuple(n(4, 2), n(), n()).map(([b, c, h]) => ({ inputs: [[b, c, h, 3], [c], [c]] })),
  },
  {
    name: 'batchNormInference',
    f: ([x, m, v, w, b]) => g.batchNormInference(x!, { mean: m!, variance: v! }, w!, b!),
    shapes: fc.tuple(n(), n(), n()).map(([b, c, h]) => ({ inputs: [[b, c, h, 2], [c], [c], [c], [c]] })),
    domain: positive,
  },
];

/** Sums of products of numbers up to 2 cancel; their errors are measured against the terms. */
const cancelling = (cases: readonly OpCase[]): OpCase[] => cases.map((opCase) => ({ floor: 1, ...opCase }));

export const opCases: readonly OpCase[] = [...elementwise, ...cancelling(reductions), ...layout, ...indexing, ...cancelling(products), ...cancelling(images)];
