import { isFloat } from '#core/graph';
import { onnxTypes } from '../model';
import type { Lowering, LoweringTable } from '../builder';
import { convNode } from './conv';
import { gemmNode } from './matmul';
import { affineNode } from './normalization';

const direct = (opType: string): Lowering => (_, inputs, b) => b.emit(opType, inputs);

/** A sum or difference, together with the product that it takes up. */
const fusing =
  (opType: string): Lowering =>
  (node, inputs, b) => {
    const fusion = b.fusionOf(node);
    if (fusion?.kind === 'affine') return affineNode(fusion, b);
    if (fusion?.kind === 'joined') return b.emit('Concat', fusion.parts.map((part) => b.lower(part)), { axis: fusion.axis });
    if (fusion?.kind !== 'sum') return b.emit(opType, inputs);
    if (fusion.product.op === 'conv') return convNode(fusion.product, b, fusion.addend);
    const sum = gemmNode(fusion.product, b, fusion);
    return node.rank === fusion.product.rank ? sum : b.emit('Reshape', [sum, b.target(node, -1)]);
  };

/** `expm1(x) = tanh(x / 2) (exp(x) + 1)`: no cancellation near 0. */
const expm1: Lowering = (node, [x], b) => {
  const half = b.emit('Tanh', [b.emit('Mul', [x!, b.scalar(0.5, node.dtype)])]);
  return b.emit('Mul', [half, b.emit('Add', [b.emit('Exp', [x!]), b.scalar(1, node.dtype)])]);
};

/** Kahan's `log1p`: the rounding error of `u = 1 + x` cancels in `log(u) x / (u - 1)`. */
const log1p: Lowering = (node, [x], b) => {
  const one = b.scalar(1, node.dtype);
  const u = b.emit('Add', [x!, one]);
  const change = b.emit('Sub', [u, one]);
  const infinite = b.emit('Equal', [change, b.scalar(Infinity, node.dtype)]);
  const none = b.emit('Or', [b.emit('Equal', [change, b.scalar(0, node.dtype)]), infinite]);
  const safe = b.emit('Where', [none, one, change]);
  const scaled = b.emit('Mul', [b.emit('Log', [u]), b.emit('Div', [x!, safe])]);
  return b.emit('Where', [none, x!, scaled]);
};

/** The largest float32; its product with any normal positive number is 1 or more. */
const HUGE = 3.4e38;

/**
 * A product with 0 or 1: ONNX Runtime's `Where` takes three times as long. A sigmoid of straight lines that is as steep as float32 allows
 * makes the mask in one pass.
 */
const reluGrad: Lowering = (node, [g, y], b) => {
  if (node.dtype === 'float32') return b.emit('Mul', [g!, b.emit('HardSigmoid', [y!], { alpha: { float: HUGE }, beta: { float: 0 } })]);
  const positive = b.emit('Greater', [y!, b.scalar(0, node.dtype)]);
  return b.emit('Mul', [g!, b.emit('Cast', [positive], { to: onnxTypes[node.dtype] })]);
};

/** ONNX's remainder of floats has the sign of the dividend: where that is not the divisor's, one divisor more. */
const mod: Lowering = (node, [x, y], b) => {
  if (!isFloat(node.dtype)) return b.emit('Mod', [x!, y!]);
  const zero = b.scalar(0, node.dtype);
  const rest = b.emit('Mod', [x!, y!], { fmod: 1 });
  const signs = b.emit('Xor', [b.emit('Less', [rest, zero]), b.emit('Less', [y!, zero])]);
  const wrong = b.emit('And', [signs, b.emit('Not', [b.emit('Equal', [rest, zero])])]);
  return b.emit('Where', [wrong, b.emit('Add', [rest, y!]), rest]);
};

const not =
  (opType: string): Lowering =>
  (_, inputs, b) =>
    b.emit('Not', [b.emit(opType, inputs)]);

export const elementwise: LoweringTable = {
  add: fusing('Add'),
  sub: fusing('Sub'),
  mul: direct('Mul'),
  div: direct('Div'),
  pow: direct('Pow'),
  maximum: direct('Max'),
  minimum: direct('Min'),
  neg: direct('Neg'),
  square: (_, [x], b) => b.emit('Mul', [x!, x!]),
  reciprocal: direct('Reciprocal'),
  abs: direct('Abs'),
  sign: direct('Sign'),
  floor: direct('Floor'),
  ceil: direct('Ceil'),
  round: direct('Round'),
  mod,
  clip: (node, [x], b) =>
    b.emit('Clip', [x!, b.scalar(node.attributes['low'] as number, node.dtype), b.scalar(node.attributes['high'] as number, node.dtype)]),
  exp: direct('Exp'),
  expm1,
  log: direct('Log'),
  log1p,
  sqrt: direct('Sqrt'),
  rsqrt: (_, [x], b) => b.emit('Reciprocal', [b.emit('Sqrt', [x!])]),
  sin: direct('Sin'),
  cos: direct('Cos'),
  atan: direct('Atan'),
  tanh: direct('Tanh'),
  sigmoid: direct('Sigmoid'),
  softplus: direct('Softplus'),
  erf: direct('Erf'),
  relu: direct('Relu'),
  reluGrad,
  equal: direct('Equal'),
  notEqual: not('Equal'),
  less: direct('Less'),
  lessEqual: direct('LessOrEqual'),
  greater: direct('Greater'),
  greaterEqual: direct('GreaterOrEqual'),
  logicalAnd: direct('And'),
  logicalOr: direct('Or'),
  logicalNot: direct('Not'),
  where: direct('Where'),
  cast: (node, [x], b) => b.emit('Cast', [x!], { to: onnxTypes[node.dtype] }),
  stopGradient: (_, [x]) => x!,
  customGradient: (_, [y]) => y!,
};
