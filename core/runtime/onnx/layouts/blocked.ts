import { add, isPerChannel, reshape, sizeOf, type Tensor } from '#core/graph';
import type { OnnxBuilder } from '../builder';
import type { Affine } from '../fusion';
import { BLOCKED_DOMAIN } from '../lower/blocked/block-size';
import { blockedConv, servesConv } from '../lower/blocked/conv';
import { blockedInputGrad, servesInputGrad } from '../lower/blocked/input-gradient';
import { blockedConvNode } from '../lower/blocked/kernel';
import { asImages, asInGraph, fromBlocks, imagesOf, toBlocks } from '../lower/blocked/layout';
import type { Layout } from './layout';

/**
 * Images in blocks of channels (`lower/blocked/layout.ts`), from one convolution through what works number by number or channel by
 * channel to the next. A factor and a summand a channel are a convolution of each channel alone, with one tap.
 */
const elementwise = new Set(['add', 'sub', 'mul', 'relu', 'reluGrad', 'neg', 'square', 'tanh', 'sigmoid', 'softplus', 'erf', 'exp']);

const sameShape = (a: Tensor, b: Tensor): boolean => a.rank === b.rank && a.shape.every((n, i) => n === b.shape[i]);

/** Whether `x` are images, or signals, of whole blocks of channels. */
const inWholeBlocks = (x: Tensor, b: OnnxBuilder): boolean =>
  (x.rank === 3 || x.rank === 4) && x.dtype === 'float32' && !b.portable && b.block !== undefined && x.shape[1]! % b.block === 0;

function member(x: Tensor, isMember: (x: Tensor) => boolean, b: OnnxBuilder): boolean {
  if (!inWholeBlocks(x, b)) return false;
  if (x.op === 'input') return b.isSealed(x);
  const fusion = b.fusionOf(x);
  if (fusion?.kind === 'sum') return fusion.product.op === 'conv' && servesConv(fusion.product, b);
  if (fusion?.kind === 'affine') return isMember(fusion.x);
  if (!b.alone(x)) return false;
  if (x.op === 'conv') return servesConv(x, b);
  if (x.op === 'convInputGrad') return servesInputGrad(x, b);
  const [first] = x.inputs;
  if (x.op === 'normalize') return isMember(first!) && overChannels(x);
  if (!elementwise.has(x.op) || !x.inputs.some((input) => sameShape(input, x) && isMember(input))) return false;
  return x.inputs.every((input) => input.rank === 0 || sameShape(input, x) || ((x.op === 'mul' || x.op === 'add') && isPerChannel(input, x)));
}

const overChannels = (x: Tensor): boolean => {
  const axes = x.attributes['axes'] as readonly number[];
  return axes.length === x.inputs[0]!.rank - 1 && !axes.includes(1);
};

interface Scaling {
  /** One number a channel. */
  readonly scale?: string | undefined;
  /** One a channel, `[c]`. */
  readonly shift?: string | undefined;
  /** Images in blocks. */
  readonly plus?: string | undefined;
  readonly activation?: 'Relu';
}

/** `[n, c, h, w]` in blocks times one number a channel, plus one a channel or other images. */
function scaled(x: string, channels: number, { scale, shift, plus, activation }: Scaling, b: OnnxBuilder): string {
  const filter = scale === undefined ? b.filled(1, [channels, 1, 1, 1]) : b.emit('Reshape', [scale, b.ints([channels, 1, 1, 1])]);
  const windows = { kernel: [1, 1], stride: [1, 1], pads: [0, 0, 0, 0], dilation: [1, 1], groups: channels } as const;
  const addends = plus === undefined ? [shift] : [shift ?? '', plus];
  return blockedConvNode([x, filter, ...addends.filter((name) => name !== undefined)], windows, b, activation);
}

/** One number a channel as `[c]`. */
const lineOf = (x: Tensor, b: OnnxBuilder): string => b.lower(reshape(x, [x.size]));

/** Images with a factor a channel, `[c]`, still to be multiplied: normalised images need not be made for their multiples' sake. */
function factored(x: Tensor, b: OnnxBuilder): { readonly images: string; readonly factor?: string } {
  if (x.op !== 'normalize' || !b.isIn('blocked', x)) return { images: b.in('blocked', x) };
  const [images, variance] = moments(x.inputs[0]!, b);
  const epsilon = x.attributes['epsilon'] as number;
  const factor = b.once(`inverse deviation ${x.id}`, () => [
    b.emit('Reciprocal', [b.emit('Sqrt', [b.emit('Add', [variance, b.scalar(epsilon, 'float32')])])]),
  ])[0]!;
  return { images, factor };
}

/** Images times one number a channel, plus what `rest` says. */
function multiple(x: Tensor, scale: Tensor, rest: Omit<Scaling, 'scale'>, b: OnnxBuilder, negative = false): string {
  const channels = x.shape[1]!;
  const { images, factor } = factored(x, b);
  const line = lineOf(scale, b);
  const product = factor === undefined ? line : b.emit('Mul', [line, factor]);
  return scaled(images, channels, { scale: negative ? b.emit('Neg', [product]) : product, ...rest }, b);
}

function affine({ x, scale, shift, minus }: Affine, b: OnnxBuilder, rest: Pick<Scaling, 'plus' | 'activation'> = {}): string {
  const line = lineOf(shift, b);
  return multiple(x, scale, { ...rest, shift: minus ? b.emit('Neg', [line]) : line }, b);
}

/** A product of images with one number a channel, as the two. */
function channelProduct(x: Tensor): readonly [Tensor, Tensor] | undefined {
  const [first, second] = x.inputs as [Tensor, Tensor];
  if (x.op !== 'mul' || Math.min(first.rank, second.rank) === 0 || first.size === second.size) return undefined;
  return first.size > second.size ? [first, second] : [second, first];
}

/** The terms of a sum, through sums that nothing else reads. */
const termsOf = (x: Tensor, b: OnnxBuilder): Tensor[] =>
  x.inputs.flatMap((term) => (term.op === 'add' && b.uses(term) === 1 && b.isIn('blocked', term) && b.alone(term) ? termsOf(term, b) : [term]));

/** Emits an operator that adds images in blocks, and one number a channel if it takes any, to its own result. */
type Adding = (plus: string | undefined, bias?: Tensor) => string;

/** `term` of a sum as such an operator, where nothing else reads it, and whether it takes a number a channel or has one of its own. */
function adding(term: Tensor, b: OnnxBuilder): { readonly emit: Adding; readonly takesBias: boolean } | undefined {
  if (b.uses(term) !== 1 || !b.isIn('blocked', term)) return undefined;
  const fusion = b.fusionOf(term);
  if (fusion?.kind === 'sum') return { takesBias: false, emit: (plus) => blockedConv(fusion.product, b, { bias: fusion.addend, plus }) };
  if (fusion?.kind === 'affine') return { takesBias: false, emit: (plus) => affine(fusion, b, { plus }) };
  const product = channelProduct(term);
  if (product !== undefined) return { takesBias: true, emit: (plus, bias) => multiple(...product, { plus, shift: bias && lineOf(bias, b) }, b) };
  if (term.op === 'conv') return { takesBias: true, emit: (plus, bias) => blockedConv(term, b, { plus, bias }) };
  const once = term.op === 'convInputGrad' && (term.attributes['stride'] as readonly number[]).every((s) => s === 1);
  return once ? { takesBias: false, emit: (plus) => blockedInputGrad(term, b, plus) } : undefined;
}

/** A sum of images and of one number a channel: convolutions add to what there is, which spares a pass each. */
function accumulated(x: Tensor, b: OnnxBuilder): string {
  const terms = termsOf(x, b);
  const images = terms.filter((term) => sameShape(term, x)).map((term) => ({ term, operator: adding(term, b) }));
  const plain = images.filter(({ operator }) => operator === undefined).map(({ term }) => b.in('blocked', term));
  let sum = plain.length === 0 ? undefined : plain.reduce((total, term) => b.emit('Add', [total, term]));
  let bias = terms.filter((term) => !sameShape(term, x)).map((term) => reshape(term, [term.size])).reduce<Tensor | undefined>((total, term) => (total === undefined ? term : add(total, term)), undefined);
  for (const { operator } of images) {
    if (operator === undefined) continue;
    sum = operator.emit(sum, operator.takesBias ? bias : undefined);
    if (operator.takesBias) bias = undefined;
  }
  return bias === undefined ? sum! : scaled(sum!, x.shape[1]!, { shift: lineOf(bias, b) }, b);
}

/** Sums of blocked images over each plane and the batch, `[c]`. */
function sums(x: string, [n, c, ...spatial]: readonly number[], b: OnnxBuilder): string {
  const planes = b.emit('Reshape', [b.emit('GlobalAveragePool', [x], {}, { domain: BLOCKED_DOMAIN }), b.ints([n!, c!])]);
  return b.emit('Mul', [b.emit('ReduceSum', [planes, b.ints([0])], { keepdims: 0 }), b.scalar(sizeOf(spatial), 'float32')]);
}

/** Images less their channels' means, and the channels' variances, `[c]`. */
function moments(x: Tensor, b: OnnxBuilder): readonly [string, string] {
  return b.once(`moments in blocks ${x.id}`, () => {
    const images = b.in('blocked', x);
    const share = b.scalar(-x.shape[1]! / x.size, 'float32');
    const centred = scaled(images, x.shape[1]!, { shift: b.emit('Mul', [sumOfBlocks(x, b), share]) }, b);
    const squares = sums(b.emit('Mul', [centred, centred]), x.shape, b);
    return [centred, b.emit('Mul', [squares, b.scalar(x.shape[1]! / x.size, 'float32')])];
  }) as readonly [string, string];
}

/** The sums a channel of a member, `[c]`, made once. */
function sumOfBlocks(x: Tensor, b: OnnxBuilder): string {
  return b.once(`sum a channel ${x.id}`, () => {
    const at = x.op === 'mul' ? x.inputs.findIndex((input) => input.op === 'normalize' && b.isIn('blocked', input)) : -1;
    const other = x.inputs[1 - at];
    if (at < 0 || other === undefined || !sameShape(other, x) || !b.users(x).every(({ op }) => op === 'sum')) return [sums(b.in('blocked', x), x.shape, b)];
    const { images, factor } = factored(x.inputs[at]!, b);
    return [b.emit('Mul', [sums(b.emit('Mul', [b.in('blocked', other), images]), x.shape, b), factor!])];
  })[0]!;
}

/** Sums of a member over each plane, or also over the batch; `undefined` for other sums and tensors. */
export function sumOfBlocked(x: Tensor, b: OnnxBuilder): string | undefined {
  const input = x.inputs[0]!;
  const axes = x.attributes['axes'] as readonly number[];
  if (!b.isIn('blocked', input) || axes.includes(1)) return undefined;
  if (axes.length === input.rank - 1) return x.rank === 1 ? sumOfBlocks(input, b) : b.emit('Reshape', [sumOfBlocks(input, b), b.ints(x.shape)]);
  if (axes.length !== input.rank - 2 || axes.includes(0)) return undefined;
  const means = b.emit('GlobalAveragePool', [b.in('blocked', input)], {}, { domain: BLOCKED_DOMAIN });
  return b.emit('Mul', [b.emit('Reshape', [means, b.ints(x.shape)]), b.scalar(sizeOf(input.shape.slice(2)), 'float32')]);
}

/** The variances a channel of a member that is normalised in blocks anyway. */
export function varianceOfBlocked(x: Tensor, b: OnnxBuilder): string | undefined {
  const input = x.inputs[0]!;
  if (!b.isIn('blocked', input) || !overChannels(x)) return undefined;
  return b.emit('Reshape', [moments(input, b)[1], b.ints(x.shape)]);
}

/** `x` before an activation that nothing else reads, with the activation joined to it. */
function activated(x: Tensor, b: OnnxBuilder): string | undefined {
  if (b.uses(x) !== 1 || !b.isIn('blocked', x)) return undefined;
  const fusion = b.fusionOf(x);
  if (fusion?.kind === 'affine') return affine(fusion, b, { activation: 'Relu' });
  if (fusion?.kind === 'sum') return blockedConv(fusion.product, b, { bias: fusion.addend, activation: 'Relu' });
  return x.op === 'conv' ? blockedConv(x, b, { activation: 'Relu' }) : undefined;
}

export const blocked: Layout = {
  name: 'blocked',
  members(order, b) {
    const found = new Set<Tensor>();
    for (const x of order) if (member(x, (input) => found.has(input), b)) found.add(x);
    return found;
  },
  lower(x, b) {
    const fusion = b.fusionOf(x);
    if (fusion?.kind === 'sum') return blockedConv(fusion.product, b, { bias: fusion.addend });
    if (fusion?.kind === 'affine') return affine(fusion, b);
    const [first, second] = x.inputs as [Tensor, Tensor];
    const product = channelProduct(x);
    if (product !== undefined) return multiple(...product, {}, b);
    const subtracted = x.op === 'sub' && b.isIn('blocked', second) && b.alone(second) && b.uses(second) === 1 ? channelProduct(second) : undefined;
    if (subtracted !== undefined && sameShape(first, x)) return multiple(...subtracted, { plus: b.in('blocked', first) }, b, true);
    if (x.op === 'add' && x.inputs.every(({ rank }) => rank > 0)) return accumulated(x, b);
    if (x.op === 'conv') return blockedConv(x, b);
    if (x.op === 'convInputGrad') return blockedInputGrad(x, b);
    if (x.op === 'relu') return activated(first, b) ?? b.emit('Relu', [b.in('blocked', first)]);
    if (x.op === 'normalize') {
      const { images, factor } = factored(x, b);
      return scaled(images, x.shape[1]!, { scale: factor! }, b);
    }
    // What works number by number does so in any arrangement.
    return b.table[x.op]!(x, x.inputs.map((input) => (input.rank === 0 ? b.lower(input) : b.in('blocked', input))), b);
  },
  fromPlain: (x, b) => toBlocks(imagesOf(x, b), b),
  toPlain: (x, value, b) => asInGraph(fromBlocks(value, x.shape[1]!, b), x.shape, b),
  exchange: {
    serves: inWholeBlocks,
    seal: (x, value, b) => asInGraph(value, x.shape, b),
    open: (x, array, b) => asImages(array, x, b),
  },
};
