import { concat, constant, flip, gather, pad, range, slice, type Tensor } from '#core/graph';
import { Known, type Value } from '../array';
import { type Call, foldable, type OperatorTable } from '../call';
import { concatenated, picked } from '../fold';

interface Part {
  readonly axis: number;
  readonly start: number;
  readonly step: number;
  readonly count: number;
}

/** Bounds are attributes before version 10, inputs since. Beyond the axis they are cut to it. */
function partsOf(call: Call, shape: readonly number[]): Part[] {
  const attributes = call.opset < 10;
  const list = (place: number, name: string): readonly number[] | undefined =>
    attributes ? call.ints(name) : call.has(place) ? call.integers(place, name) : undefined;
  const starts = list(1, 'starts') ?? call.invalid('starts are missing');
  const ends = list(2, 'ends') ?? call.invalid('ends are missing');
  const axes = call.axes(list(3, 'axes') ?? range(starts.length), shape.length);
  const steps = (attributes ? undefined : list(4, 'steps')) ?? starts.map(() => 1);
  if (ends.length !== starts.length || axes.length !== starts.length || steps.length !== starts.length || new Set(axes).size !== axes.length) {
    call.invalid(`${starts.length} starts, ${ends.length} ends, axes [${axes.join(', ')}], ${steps.length} steps`);
  }
  return axes.map((axis, i) => {
    const n = shape[axis]!;
    const step = steps[i]!;
    if (step === 0) call.invalid('a step is 0');
    const from = (value: number): number => (value < 0 ? value + n : value);
    const between = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));
    const start = step > 0 ? between(from(starts[i]!), 0, n) : between(from(starts[i]!), 0, n - 1);
    const end = step > 0 ? between(from(ends[i]!), 0, n) : between(from(ends[i]!), -1, n - 1);
    return { axis, start, step, count: n === 0 ? 0 : Math.max(0, Math.ceil((end - start) / step)) };
  });
}

/** `count` elements from `start`, `step` apart, along one axis. */
function taken(x: Tensor, { axis, start, step, count }: Part): Tensor {
  const low = step > 0 ? start : start + (count - 1) * step;
  const high = count === 0 ? low : (step > 0 ? start + (count - 1) * step : start) + 1;
  const starts = x.shape.map((_, i) => (i === axis ? (count === 0 ? 0 : low) : 0));
  const ends = x.shape.map((n, i) => (i === axis ? (count === 0 ? 0 : high) : n));
  const y = slice(x, starts, ends, x.shape.map((_, i) => (i === axis ? Math.abs(step) : 1)));
  return step > 0 ? y : flip(y, axis);
}

function sliced(call: Call): Value {
  const value = call.value(0);
  const parts = partsOf(call, value.shape);
  if (!(value instanceof Known) || !foldable(value.size)) return parts.reduce(taken, call.tensor(0));
  const shape = value.shape.map((n, axis) => parts.find((part) => part.axis === axis)?.count ?? n);
  const moves = value.shape.map((_, axis) => parts.find((part) => part.axis === axis) ?? { start: 0, step: 1 });
  return picked(value, shape, (place) => place.map((n, axis) => moves[axis]!.start + n * moves[axis]!.step));
}

/** Lengths: an attribute before version 13, an input since; without them equal parts (the last one shorter). */
function divided(call: Call): Value[] {
  const value = call.value(0);
  const axis = call.axis(call.int('axis', 0), value.rank);
  const n = value.shape[axis]!;
  const given = call.opset < 13 ? call.ints('split') : call.has(1) ? call.integers(1, 'the lengths of the parts') : undefined;
  const count = call.int('num_outputs', call.node.outputs.length);
  const each = Math.ceil(n / Math.max(1, count));
  const lengths = given ?? range(count).map((i) => Math.max(0, Math.min(each, n - i * each)));
  if (lengths.some((length) => length < 0) || lengths.reduce((a, b) => a + b, 0) !== n || lengths.length < call.node.outputs.length) {
    call.invalid(`parts of [${lengths.join(', ')}] of an axis of length ${n}`);
  }
  let end = 0;
  return lengths.map((length) => {
    const part = { axis, start: end, step: 1, count: length };
    end += length;
    if (!(value instanceof Known) || !foldable(value.size)) return taken(call.tensor(0), part);
    return picked(value, value.shape.map((m, i) => (i === axis ? length : m)), (place) => place.map((m, i) => (i === axis ? m + part.start : m)));
  });
}

function joined(call: Call): Value {
  const [first] = call.inputs;
  if (first === undefined) return call.invalid('it has no inputs');
  const axis = call.axis(call.int('axis', 0), first.rank);
  const fits = call.inputs.every((x) => x !== undefined && x.rank === first.rank && x.shape.every((n, i) => i === axis || n === first.shape[i]));
  if (!fits) call.invalid(`shapes differ outside axis ${axis}: ${call.inputs.map((x) => `[${x?.shape.join(', ') ?? ''}]`).join(', ')}`);
  const total = call.inputs.reduce((sum, x) => sum + (x?.size ?? 0), 0);
  const known = foldable(total) ? call.allKnown() : undefined;
  if (known !== undefined) return concatenated(known, axis);
  call.shape(first.shape.map((n, i) => (i === axis ? call.inputs.reduce((sum, x) => sum + (x?.shape[i] ?? 0), 0) : n)));
  return concat(call.inputs.map((_, place) => call.tensor(place)), axis);
}

/** Which element of an axis stands `at` places from its start, for places outside it too. */
function mirrored(mode: string, at: number, n: number, call: Call): number {
  if (at >= 0 && at < n) return at;
  if (mode === 'edge') return at < 0 ? 0 : n - 1;
  if (mode === 'wrap') return ((at % n) + n) % n;
  if (mode !== 'reflect') return call.unsupported(`pads in the mode "${mode}"`);
  if (n === 1) return 0;
  const period = 2 * (n - 1);
  const folded = ((at % period) + period) % period;
  return folded < n ? folded : period - folded;
}

/** Paddings are an attribute before version 11, an input since; axes can be named since version 18. */
function padded(call: Call): Value {
  const x = call.tensor(0);
  const pads = call.opset < 11 ? (call.ints('pads') ?? call.ints('paddings') ?? call.invalid('pads are missing')) : call.integers(1, 'the padding');
  const axes = call.opset >= 18 && call.has(3) ? call.axes(call.integers(3, 'the axes'), x.rank) : range(x.rank);
  if (pads.length !== 2 * axes.length) call.invalid(`${pads.length} paddings for ${axes.length} axes`);
  const low = new Array<number>(x.rank).fill(0);
  const high = new Array<number>(x.rank).fill(0);
  axes.forEach((axis, i) => {
    low[axis] = pads[i]!;
    high[axis] = pads[axes.length + i]!;
  });
  call.shape(x.shape.map((n, i) => n + low[i]! + high[i]!));
  const mode = call.string('mode', 'constant');
  if (mode === 'constant') {
    const value = call.opset < 11 ? call.float('value', 0) : call.has(2) ? call.known(2, 'the value of the padding').data[0] ?? 0 : 0;
    return pad(x, low.map((n, i): [number, number] => [n, high[i]!]), value);
  }
  return range(x.rank).reduce((y, axis) => {
    const [before, after, n] = [low[axis]!, high[axis]!, x.shape[axis]!];
    if (before === 0 && after === 0) return y;
    if (n === 0) call.invalid('it pads an axis of length 0');
    const places = range(n + before + after).map((i) => mirrored(mode, i - before, n, call));
    return gather(y, constant(Int32Array.from(places), [places.length], 'int32'), axis);
  }, x);
}

export const slicingOperators: OperatorTable = {
  Slice: { run: sliced },
  Split: { run: divided },
  Concat: { run: joined },
  Pad: { run: padded },
};
