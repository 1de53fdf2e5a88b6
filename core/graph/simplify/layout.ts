import { apply, scalar, scalarValue } from '../apply';
import { sameShape } from '../shape';
import type { Tensor } from '../tensor';
import type { Rule, RuleTable } from './rule';

interface Slice {
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  readonly steps: readonly number[];
}
const sliceOf = (x: Tensor): Slice => x.attributes as unknown as Slice;

/** One number everywhere stays so, however it is laid out. */
const sameEverywhere: Rule = (inputs, attributes, shape) => {
  const values = inputs.map(scalarValue);
  const [value] = values;
  if (value === undefined || values.some((other) => !Object.is(other, value))) return undefined;
  if (attributes['value'] !== undefined && !Object.is(attributes['value'], value)) return undefined;
  return apply('broadcastTo', [scalar(value, inputs[0]!.dtype)], { shape });
};

/** A slice of a slice is one slice. */
const sliceOfSlice: Rule = ([x], attributes) => {
  if (x!.op !== 'slice') return undefined;
  const { starts, ends, steps } = attributes as unknown as Slice;
  const inner = sliceOf(x!);
  return apply('slice', [x!.inputs[0]!], {
    starts: starts.map((start, i) => inner.starts[i]! + start * inner.steps[i]!),
    ends: ends.map((end, i) => (end <= starts[i]! ? inner.starts[i]! + starts[i]! * inner.steps[i]! : inner.starts[i]! + (end - 1) * inner.steps[i]! + 1)),
    steps: steps.map((step, i) => step * inner.steps[i]!),
  });
};

/** A slice that lies within one part of a concatenation is a slice of that part. */
const sliceOfConcat: Rule = ([x], attributes) => {
  if (x!.op !== 'concat') return undefined;
  const axis = x!.attributes['axis'] as number;
  const { starts, ends, steps } = attributes as unknown as Slice;
  let at = 0;
  for (const part of x!.inputs) {
    const n = part.shape[axis]!;
    if (starts[axis]! >= at && ends[axis]! <= at + n && ends[axis]! > starts[axis]!) {
      const moved = (list: readonly number[]): number[] => list.map((value, i) => (i === axis ? value - at : value));
      return apply('slice', [part], { starts: moved(starts), ends: moved(ends), steps });
    }
    at += n;
  }
  return undefined;
};

/** A slice that leaves out all of the padding is a slice of what was padded. */
const sliceOfPad: Rule = ([x], attributes) => {
  if (x!.op !== 'pad') return undefined;
  const low = x!.attributes['low'] as readonly number[];
  const { starts, ends, steps } = attributes as unknown as Slice;
  const [source] = x!.inputs as [Tensor];
  if (starts.some((start, i) => start < low[i]! || ends[i]! > low[i]! + source.shape[i]! || ends[i]! <= start)) return undefined;
  return apply('slice', [source], { starts: starts.map((start, i) => start - low[i]!), ends: ends.map((end, i) => end - low[i]!), steps });
};

/** Neighbouring slices of one tensor, put together again. */
const concatOfSlices: Rule = (inputs, attributes) => {
  const axis = attributes['axis'] as number;
  const [first] = inputs as [Tensor];
  const [source] = first.inputs;
  for (const [i, x] of inputs.entries()) {
    if (x.op !== 'slice' || x.inputs[0] !== source || sliceOf(x).steps.some((step) => step !== 1)) return undefined;
    const before = i === 0 ? undefined : sliceOf(inputs[i - 1]!);
    if (before === undefined) continue;
    const { starts, ends } = sliceOf(x);
    if (starts.some((start, k) => (k === axis ? start !== before.ends[k] : start !== before.starts[k] || ends[k] !== before.ends[k]))) return undefined;
  }
  const [{ starts, steps }, { ends }] = [sliceOf(first), sliceOf(inputs.at(-1)!)];
  return apply('slice', [source!], { starts, ends: starts.map((_, k) => ends[k]!), steps });
};

/** Twice the same flip is none. */
const flipOfFlip: Rule = ([x], attributes) =>
  x!.op === 'flip' && sameShape(x!.attributes['axes'] as readonly number[], attributes['axes'] as readonly number[]) ? x!.inputs[0] : undefined;

export const layout: RuleTable = {
  transpose: [sameEverywhere],
  slice: [sameEverywhere, sliceOfSlice, sliceOfConcat, sliceOfPad],
  pad: [sameEverywhere],
  concat: [sameEverywhere, concatOfSlices],
  flip: [sameEverywhere, flipOfFlip],
};
