import { apply, scalar, scalarValue } from '../apply';
import type { Loop } from '../ops/loop';
import { isFloat } from '../dtype';
import { range, reducedShape } from '../shape';
import type { Tensor } from '../tensor';
import type { Rule, RuleTable } from './rule';

/** A product with zeros is zeros. */
const withZeros: Rule = (inputs, _, shape) =>
  inputs.some((x) => scalarValue(x) === 0) ? apply('broadcastTo', [scalar(0, inputs[0]!.dtype)], { shape }) : undefined;

interface Reduction {
  readonly axes: readonly number[];
  readonly keepDims: boolean;
}

/** A sum of sums is one sum. */
const sumOfSum: Rule = ([x], attributes, shape) => {
  if (x!.op !== 'sum') return undefined;
  const inner = x!.attributes as unknown as Reduction;
  const [source] = x!.inputs as [Tensor];
  const left = inner.keepDims ? range(source.rank) : range(source.rank).filter((axis) => !inner.axes.includes(axis));
  const axes = [...new Set([...inner.axes, ...(attributes['axes'] as readonly number[]).map((axis) => left[axis]!)])].sort((a, b) => a - b);
  return apply('reshape', [apply('sum', [source], { axes, keepDims: false })], { shape });
};

/** Summing repeated values is multiplying by their count. */
const sumOfRepeated: Rule = ([x], attributes, shape) => {
  if (x!.op !== 'broadcastTo' || !isFloat(x!.dtype)) return undefined;
  const axes = attributes['axes'] as readonly number[];
  const [source] = x!.inputs as [Tensor];
  const aligned = apply('reshape', [source], { shape: [...x!.shape.slice(source.rank).map(() => 1), ...source.shape] });
  const repeated = axes.filter((axis) => aligned.shape[axis] === 1 && x!.shape[axis] !== 1);
  if (repeated.length === 0) return undefined;
  const count = repeated.reduce((product, axis) => product * x!.shape[axis]!, 1);
  const total = apply('sum', [aligned], { axes, keepDims: true });
  const scaled = apply('mul', [total, scalar(count, x!.dtype)]);
  return apply('reshape', [apply('broadcastTo', [scaled], { shape: reducedShape(x!.shape, axes, true) })], { shape });
};

/** A sum over everything does not mind the order. */
const sumOfRearranged: Rule = ([x], attributes, shape) => {
  const axes = attributes['axes'] as readonly number[];
  if (axes.length !== x!.rank || !['transpose', 'reshape', 'flip'].includes(x!.op)) return undefined;
  const [source] = x!.inputs as [Tensor];
  return apply('reshape', [apply('sum', [source], { axes: range(source.rank), keepDims: false })], { shape });
};

/** The stack of a slice of a sequence is the sequence. */
const stackOfSequence: Rule = ([loop], attributes) => {
  const { body, consts, carries } = loop!.attributes as Loop;
  const place = body.inputs.indexOf(attributes['of'] as Tensor);
  return place >= consts + carries ? loop!.inputs[place] : undefined;
};

/** A carry that every step hands on as it is ends as it began. */
const steadyCarry: Rule = ([loop], attributes) => {
  const { body, consts } = loop!.attributes as Loop;
  const place = consts + (attributes['index'] as number);
  return body.outputs[place - consts] === body.inputs[place] ? loop!.inputs[place] : undefined;
};

export const products: RuleTable = {
  matmul: [withZeros],
  sum: [sumOfSum, sumOfRepeated, sumOfRearranged],
  loopStack: [stackOfSequence],
  loopFinal: [steadyCarry],
};
