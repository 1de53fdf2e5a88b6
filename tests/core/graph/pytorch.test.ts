import { execFileSync } from 'node:child_process';
import path from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import * as g from '#core/graph';
import { n, shape, type Shapes } from './cases/case';
import { evaluate, inputsOf, relativeError } from './oracle';

/** An op as Basin and as PyTorch write it; `x` are the inputs, `o` the options. */
interface Pair {
  readonly basin: (x: g.Tensor[], o: never) => g.Tensor;
  readonly torch: string;
  readonly shapes: fc.Arbitrary<Shapes>;
  readonly integers?: Readonly<Record<number, (shapes: Shapes) => number>>;
}

const python = ['/usr/bin/python3', 'python3'].find((name) => {
  try {
    execFileSync(name, ['-c', 'import torch'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
});

const TRIALS = 25;
const one = shape(3, 1).map((s): Shapes => ({ inputs: [s] }));
const elementwise = (basin: (x: g.Tensor) => g.Tensor, torch: string): Pair => ({ basin: ([x]) => basin(x!), torch, shapes: one });
const lines = shape(3, 1).chain((s) => fc.nat(s.length - 1).map((axis): Shapes => ({ inputs: [s], options: { axis } })));

interface Window {
  readonly rank: number;
  readonly kernel: number[];
  readonly stride: number[];
  readonly padding: number[];
  readonly dilation: number[];
  readonly extra: number[];
}
const windows: fc.Arbitrary<Window> = n(2).chain((rank) => {
  const each = (most: number, least = 1): fc.Arbitrary<number[]> => fc.array(n(most, least), { minLength: rank, maxLength: rank });
  return fc
    .record({ rank: fc.constant(rank), kernel: each(3), stride: each(3), padding: each(1, 0), dilation: each(2), extra: each(5, 0) })
    .map((w) => ({ ...w, padding: w.padding.map((p, i) => Math.min(p, w.kernel[i]! >> 1)) }));
});
const images = windows.chain(({ extra, ...w }) =>
  fc.boolean().map((ceilMode): Shapes => ({ inputs: [[2, 2, ...w.kernel.map((k, i) => (k - 1) * w.dilation[i]! + 1 + extra[i]!)]], options: { ...w, ceilMode } })),
);
const convolutions = fc.tuple(windows, n(2), n(2), n(2)).map(([{ extra, ...w }, groups, i, o]): Shapes => ({
  inputs: [[2, groups * i, ...w.kernel.map((k, axis) => (k - 1) * w.dilation[axis]! + 1 + extra[axis]!)], [groups * o, i, ...w.kernel]],
  options: { ...w, groups },
}));
const transposed = fc.tuple(windows, n(2), n(2), n(2), fc.nat(2)).map(([{ extra, ...w }, groups, i, o, more]): Shapes => ({
  inputs: [[2, groups * i, ...extra.map((m) => m + 2)], [groups * i, o, ...w.kernel]],
  options: { ...w, padding: w.padding.map((p, axis) => Math.min(p, (w.kernel[axis]! - 1) * w.dilation[axis]!)), groups, outputPadding: w.stride.map((s, axis) => Math.min(more, Math.max(s, w.dilation[axis]!) - 1)) },
}));
const sized = fc.array(fc.tuple(n(6), n(7)), { minLength: 1, maxLength: 2 }).map((axes): Shapes => ({ inputs: [[2, 2, ...axes.map(([m]) => m)]], options: { size: axes.map(([, m]) => m), rank: axes.length } }));
const pictures = fc.tuple(n(6, 2), n(6, 2), n(7), n(7)).map(([h, w, a, b]): Shapes => ({ inputs: [[2, 2, h, w]], options: { size: [a, b] } }));
type Sized = { size: number[] };

const pairs: Record<string, Pair> = {
  'conv': { basin: ([x, w], o) => g.conv(x!, w!, o), torch: "getattr(F, f'conv{o[\"rank\"]}d')(x[0], x[1], None, o['stride'], o['padding'], o['dilation'], o['groups'])", shapes: convolutions },
  'convTranspose': { basin: ([x, w], o) => g.convTranspose(x!, w!, o), torch: "getattr(F, f'conv_transpose{o[\"rank\"]}d')(x[0], x[1], None, o['stride'], o['padding'], o['outputPadding'], o['groups'], o['dilation'])", shapes: transposed },
  'maxPool': { basin: ([x], o: Window) => g.maxPool(x!, o.kernel, o), torch: "getattr(F, f'max_pool{o[\"rank\"]}d')(x[0], o['kernel'], o['stride'], o['padding'], o['dilation'], o['ceilMode'])", shapes: images },
  'avgPool': { basin: ([x], o: Window) => g.avgPool(x!, o.kernel, { ...o, dilation: 1 }), torch: "getattr(F, f'avg_pool{o[\"rank\"]}d')(x[0], o['kernel'], o['stride'], o['padding'], o['ceilMode'], True)", shapes: images },
  'avgPool without padding': { basin: ([x], o: Window) => g.avgPool(x!, o.kernel, { ...o, dilation: 1, includePadding: false }), torch: "getattr(F, f'avg_pool{o[\"rank\"]}d')(x[0], o['kernel'], o['stride'], o['padding'], o['ceilMode'], False)", shapes: images },
  'adaptiveAvgPool': { basin: ([x], o: Sized) => g.adaptiveAvgPool(x!, o.size), torch: "getattr(F, f'adaptive_avg_pool{o[\"rank\"]}d')(x[0], o['size'])", shapes: sized },
  'adaptiveMaxPool': { basin: ([x], o: Sized) => g.adaptiveMaxPool(x!, o.size), torch: "getattr(F, f'adaptive_max_pool{o[\"rank\"]}d')(x[0], o['size'])", shapes: sized },
  'resize, nearest': { basin: ([x], o: Sized) => g.resize(x!, o.size, { mode: 'nearest' }), torch: "F.interpolate(x[0], size=o['size'], mode='nearest')", shapes: sized },
  'resize, nearest exact': { basin: ([x], o: Sized) => g.resize(x!, o.size, { mode: 'nearest', coordinates: 'half-pixel', rounding: 'round-prefer-ceil' }), torch: "F.interpolate(x[0], size=o['size'], mode='nearest-exact')", shapes: sized },
  'resize, linear': { basin: ([x], o: Sized) => g.resize(x!, o.size), torch: "F.interpolate(x[0], size=o['size'], mode=['linear', 'bilinear'][o['rank'] - 1], align_corners=False)", shapes: sized },
  'resize, linear, corners aligned': { basin: ([x], o: Sized) => g.resize(x!, o.size, { coordinates: 'align-corners' }), torch: "F.interpolate(x[0], size=o['size'], mode=['linear', 'bilinear'][o['rank'] - 1], align_corners=True)", shapes: sized },
  'resize, cubic': { basin: ([x], o: Sized) => g.resize(x!, o.size, { mode: 'cubic' }), torch: "F.interpolate(x[0], size=o['size'], mode='bicubic', align_corners=False)", shapes: pictures },
  'resize, cubic, corners aligned': { basin: ([x], o: Sized) => g.resize(x!, o.size, { mode: 'cubic', coordinates: 'align-corners' }), torch: "F.interpolate(x[0], size=o['size'], mode='bicubic', align_corners=True)", shapes: pictures },
  'sort': { basin: ([x], o: { axis: number }) => g.sort(x!, o.axis), torch: "torch.sort(x[0], dim=o['axis']).values", shapes: lines },
  'topK': { basin: ([x], o: { axis: number }) => g.topK(x!, 1, o.axis).values, torch: "torch.topk(x[0], 1, dim=o['axis']).values", shapes: lines },
  'cumsum': { basin: ([x], o: { axis: number }) => g.cumsum(x!, o.axis), torch: "torch.cumsum(x[0], o['axis'])", shapes: lines },
  'cumprod at zeros': { basin: ([x], o: { axis: number }) => g.cumprod(g.relu(x!), o.axis), torch: "torch.cumprod(torch.relu(x[0]), o['axis'])", shapes: lines },
  'prod at zeros': { basin: ([x], o: { axis: number }) => g.prod(g.relu(x!), o.axis), torch: "torch.prod(torch.relu(x[0]), o['axis'])", shapes: lines },
  'logsumexp': { basin: ([x], o: { axis: number }) => g.logsumexp(x!, o.axis), torch: "torch.logsumexp(x[0], o['axis'])", shapes: lines },
  'takeAlong': { basin: ([x, at], o: { axis: number }) => g.takeAlong(x!, at!, o.axis), torch: "torch.gather(x[0], o['axis'], x[1])", shapes: lines.map(({ inputs, options }) => ({ inputs: [inputs[0]!, inputs[0]!], options: options! })), integers: { 1: ({ inputs, options }) => inputs[0]![options!['axis'] as number]! } },
  'embedding': { basin: ([table, ids]) => g.embedding(table!, ids!, { paddingId: 1 }), torch: 'F.embedding(x[1], x[0], padding_idx=1)', shapes: fc.tuple(n(4, 2), n(), shape(2)).map(([count, width, ids]) => ({ inputs: [[count, width], ids] })), integers: { 1: ({ inputs }) => inputs[0]![0]! } },
  'diagonal': { basin: ([x]) => g.diagonal(x!, 1), torch: 'torch.diagonal(x[0], 1, -2, -1)', shapes: fc.tuple(n(), n(), n(4, 2)).map((s) => ({ inputs: [s] })) },
  'tril': { basin: ([x]) => g.tril(x!, -1), torch: 'torch.tril(x[0], -1)', shapes: fc.tuple(n(), n(), n()).map((s) => ({ inputs: [s] })) },
  'triu': { basin: ([x]) => g.triu(x!, 1), torch: 'torch.triu(x[0], 1)', shapes: fc.tuple(n(), n(), n()).map((s) => ({ inputs: [s] })) },
  'mod': { basin: ([a, b]) => g.mod(g.mul(a!, 5), b!), torch: 'torch.remainder(x[0] * 5, x[1])', shapes: one.map(({ inputs }) => ({ inputs: [inputs[0]!, inputs[0]!] })) },
  'fmod': { basin: ([a, b]) => g.stopGradient(g.fmod(g.mul(a!, 5), b!)), torch: 'torch.fmod(x[0] * 5, x[1]).detach()', shapes: one.map(({ inputs }) => ({ inputs: [inputs[0]!, inputs[0]!] })) },
  'round': elementwise((x) => g.stopGradient(g.round(g.mul(x, 4))), 'torch.round(x[0] * 4).detach()'),
  'attention': {
    basin: ([q, k, v]) => g.attention(q!, k!, v!, { causal: true }),
    torch: 'torch.softmax((x[0] @ x[1].transpose(-1, -2) / math.sqrt(x[0].shape[-1])).masked_fill(~torch.ones(x[0].shape[-2], x[1].shape[-2], dtype=torch.bool).tril(), -math.inf), -1) @ x[2]',
    shapes: fc.tuple(n(2), n(), n(), n(), n()).map(([b, i, j, d, w]) => ({ inputs: [[b, i, d], [b, j, d], [b, j, w]] })),
  },
  'groupNorm': { basin: ([x, w, b]) => g.groupNorm(x!, 2, w!, b!), torch: 'F.group_norm(x[0], 2, x[1], x[2])', shapes: fc.tuple(n(2), n(2), n(3, 2)).map(([b, c, m]) => ({ inputs: [[b, 2 * c, m, 2], [2 * c], [2 * c]] })) },
  'gelu': elementwise((x) => g.gelu(x), 'F.gelu(x[0])'),
  'gelu by tanh': elementwise((x) => g.gelu(x, 'tanh'), "F.gelu(x[0], approximate='tanh')"),
  'elu': elementwise((x) => g.elu(x, 1.3), 'F.elu(x[0], 1.3)'),
  'selu': elementwise((x) => g.selu(x), 'F.selu(x[0])'),
  'celu': elementwise((x) => g.celu(x, 0.7), 'F.celu(x[0], 0.7)'),
  'mish': elementwise((x) => g.mish(x), 'F.mish(x[0])'),
  'silu': elementwise((x) => g.silu(x), 'F.silu(x[0])'),
  'softsign': elementwise((x) => g.softsign(x), 'F.softsign(x[0])'),
  'logSigmoid': elementwise((x) => g.logSigmoid(x), 'F.logsigmoid(x[0])'),
  'hardSwish': elementwise((x) => g.hardSwish(g.mul(x, 2.3)), 'F.hardswish(x[0] * 2.3)'),
  'hardSigmoid': elementwise((x) => g.hardSigmoid(g.mul(x, 2.3)), 'F.hardsigmoid(x[0] * 2.3)'),
  'relu6': elementwise((x) => g.relu6(g.mul(x, 5)), 'F.relu6(x[0] * 5)'),
  'leakyRelu with slopes': { basin: ([x, slope]) => g.leakyRelu(x!, g.reshape(slope!, [-1, 1])), torch: 'F.prelu(x[0], x[1])', shapes: fc.tuple(n(), n(), n()).map(([b, c, m]) => ({ inputs: [[b, c, m], [c]] })) },
  'asinh, atanh and acosh': elementwise((x) => g.add(g.asinh(x), g.add(g.atanh(g.mul(x, 0.4)), g.acosh(g.add(g.square(x), 1.5)))), 'torch.asinh(x[0]) + torch.atanh(x[0] * 0.4) + torch.acosh(x[0] ** 2 + 1.5)'),
};

interface Answer {
  readonly shape: number[];
  readonly data: (number | boolean)[];
  readonly gradients: (number[] | null)[];
}

describe.skipIf(python === undefined)('ops against PyTorch in float64: values and gradients', () => {
  const trials = Object.entries(pairs).flatMap(([name, pair]) =>
    fc.sample(pair.shapes, { numRuns: TRIALS, seed: 11 }).map((shapes, seed) => ({ name, pair, shapes, ...inputsOf({ name, f: () => g.zeros([]), ...pair }, shapes, seed) })),
  );
  let answers: Answer[] = [];

  beforeAll(() => {
    const cases = trials.map(({ pair, shapes, xs, feeds }) => ({
      expression: pair.torch,
      options: shapes.options ?? {},
      inputs: xs.map((x) => ({ shape: x.shape, whole: x.dtype === 'int32', data: Array.from(feeds.get(x) as ArrayLike<number>) })),
    }));
    answers = JSON.parse(execFileSync(python!, [path.join(import.meta.dirname, 'pytorch.py')], { input: JSON.stringify(cases), maxBuffer: 1 << 28 }).toString()) as Answer[];
  });

  it.each(Object.keys(pairs))('%s', async (name) => {
    for (const [i, { pair, shapes, xs, feeds }] of trials.entries()) {
      if (trials[i]!.name !== name) continue;
      const answer = answers[i]!;
      const y = pair.basin(xs, (shapes.options ?? {}) as never);
      const where = JSON.stringify(shapes);
      expect(y.shape, where).toEqual(answer.shape);
      const weights = g.constant(Float64Array.from(g.range(y.size), Math.cos), y.shape, 'float64');
      const floats = xs.filter((x) => x.dtype === 'float32');
      const slopes = g.gradients(g.sum(g.mul(g.cast(y, 'float64'), weights)), floats);
      const [value, ...gradients] = await evaluate('reference', [y, ...slopes], feeds);
      expect(relativeError(value!, answer.data.map(Number), 1), where).toBeLessThan(1e-6);
      gradients.forEach((numbers, k) => {
        const theirs = answer.gradients[k] ?? new Array<number>(numbers.length).fill(0);
        expect(relativeError(numbers, theirs, 1), `gradient ${k} at ${where}`).toBeLessThan(1e-6);
      });
    }
  });
});
