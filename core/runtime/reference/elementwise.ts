import { isFloat, type Tensor } from '#core/graph';
import { erf } from './erf';
import { type Kernel, type KernelTable, mapped, type Numbers } from './value';

/** Division of integers drops the fraction. */
const div: Kernel = (node, inputs) => mapped(isFloat(node.dtype) ? (a, b) => a! / b! : (a, b) => Math.trunc(a! / b!))(node, inputs);

const cast: Kernel = (node, [x]) => {
  if (node.dtype === 'bool') return x!.map((value) => Number(value !== 0));
  return isFloat(node.dtype) ? x! : x!.map(Math.trunc);
};

const clip: Kernel = (node: Tensor, [x]: readonly Numbers[]) => {
  const { low, high } = node.attributes as { low: number; high: number };
  return x!.map((value) => Math.min(high, Math.max(low, value)));
};

/** JavaScript's remainder has the sign of the dividend. */
const mod = mapped((a, b) => {
  const rest = a! % b!;
  return rest !== 0 && rest < 0 !== b! < 0 ? rest + b! : rest;
});

function roundHalfEven(x: number): number {
  const nearest = Math.round(x);
  return Math.abs(x % 1) === 0.5 && nearest % 2 !== 0 ? nearest - 1 : nearest;
}

export const elementwise: KernelTable = {
  add: mapped((a, b) => a! + b!),
  sub: mapped((a, b) => a! - b!),
  mul: mapped((a, b) => a! * b!),
  div,
  pow: mapped((a, b) => a! ** b!),
  maximum: mapped((a, b) => Math.max(a!, b!)),
  minimum: mapped((a, b) => Math.min(a!, b!)),
  neg: mapped((x) => -x!),
  square: mapped((x) => x! * x!),
  reciprocal: mapped((x) => 1 / x!),
  abs: mapped((x) => Math.abs(x!)),
  sign: mapped((x) => Math.sign(x!)),
  floor: mapped((x) => Math.floor(x!)),
  ceil: mapped((x) => Math.ceil(x!)),
  round: mapped((x) => roundHalfEven(x!)),
  mod,
  clip,
  exp: mapped((x) => Math.exp(x!)),
  expm1: mapped((x) => Math.expm1(x!)),
  log: mapped((x) => Math.log(x!)),
  log1p: mapped((x) => Math.log1p(x!)),
  sqrt: mapped((x) => Math.sqrt(x!)),
  rsqrt: mapped((x) => 1 / Math.sqrt(x!)),
  sin: mapped((x) => Math.sin(x!)),
  cos: mapped((x) => Math.cos(x!)),
  atan: mapped((x) => Math.atan(x!)),
  tanh: mapped((x) => Math.tanh(x!)),
  sigmoid: mapped((x) => 1 / (1 + Math.exp(-x!))),
  softplus: mapped((x) => Math.max(x!, 0) + Math.log1p(Math.exp(-Math.abs(x!)))),
  erf: mapped((x) => erf(x!)),
  relu: mapped((x) => Math.max(x!, 0)),
  reluGrad: mapped((g, y) => (y! > 0 ? g! : 0)),
  equal: mapped((a, b) => Number(a === b)),
  notEqual: mapped((a, b) => Number(a !== b)),
  less: mapped((a, b) => Number(a! < b!)),
  lessEqual: mapped((a, b) => Number(a! <= b!)),
  greater: mapped((a, b) => Number(a! > b!)),
  greaterEqual: mapped((a, b) => Number(a! >= b!)),
  logicalAnd: mapped((a, b) => Number(a !== 0 && b !== 0)),
  logicalOr: mapped((a, b) => Number(a !== 0 || b !== 0)),
  logicalNot: mapped((a) => Number(a === 0)),
  where: mapped((condition, a, b) => (condition !== 0 ? a! : b!)),
  cast,
  barrier: (_, [x]) => x!,
  stopGradient: (_, [x]) => x!,
  customGradient: (_, [y]) => y!,
};
