import { broadcastShapes, broadcastTo, cast, constant, isFloat, range, reshape, sizeOf, tile, transpose, where, greaterEqual, sub, arange, expandDims } from '#core/graph';
import { integers, Known, knownScalar, type Value } from '../array';
import { type Call, foldable, type Operator, type OperatorTable } from '../call';
import { elementType } from '../format/tensor';
import { build, picked, reshaped } from '../fold';

/** The same elements under another shape, of numbers that are known as of tensors. */
const inShape = (value: Value, shape: readonly number[]): Value => (value instanceof Known ? reshaped(value, shape) : reshape(value, shape));

/** Axes: an attribute before version 13, an input since. */
const axesOf = (call: Call): readonly number[] | undefined =>
  call.opset < 13 ? call.ints('axes') : call.has(1) ? call.integers(1, 'the axes') : undefined;

function reshapedTo(call: Call): Value {
  const value = call.value(0);
  const asked = call.integers(1, 'the shape');
  const keepZeros = call.int('allowzero', 0) !== 0;
  const shape = asked.map((n, i) => (n === 0 && !keepZeros ? (value.shape[i] ?? call.invalid(`the shape [${asked.join(', ')}] takes axis ${i} of [${value.shape.join(', ')}]`)) : n));
  const open = shape.indexOf(-1);
  const rest = value.size / sizeOf(shape.filter((n) => n !== -1));
  if (open >= 0) shape[open] = rest;
  if (shape.some((n) => !Number.isInteger(n) || n < 0) || sizeOf(shape) !== value.size) {
    call.invalid(`[${value.shape.join(', ')}] does not fill the shape [${asked.join(', ')}]`);
  }
  return inShape(value, call.shape(shape));
}

function flattened(call: Call): Value {
  const value = call.value(0);
  const asked = call.int('axis', 1);
  const axis = asked === value.rank ? asked : call.axis(asked, value.rank);
  return inShape(value, [sizeOf(value.shape.slice(0, axis)), sizeOf(value.shape.slice(axis))]);
}

function squeezed(call: Call): Value {
  const value = call.value(0);
  const axes = axesOf(call);
  const drop = axes === undefined ? range(value.rank).filter((i) => value.shape[i] === 1) : call.axes(axes, value.rank);
  const long = drop.find((i) => value.shape[i] !== 1);
  if (long !== undefined) call.invalid(`axis ${long} of [${value.shape.join(', ')}] is not of length 1`);
  return inShape(value, value.shape.filter((_, i) => !drop.includes(i)));
}

function unsqueezed(call: Call): Value {
  const value = call.value(0);
  const axes = axesOf(call) ?? call.invalid('axes are missing');
  const rank = value.rank + axes.length;
  const added = new Set(call.axes(axes, rank));
  if (added.size !== axes.length) call.invalid(`axes [${axes.join(', ')}] name one twice`);
  const rest = [...value.shape];
  return inShape(value, call.shape(range(rank).map((i) => (added.has(i) ? 1 : rest.shift()!))));
}

function transposed(call: Call): Value {
  const value = call.value(0);
  const asked = call.ints('perm') ?? range(value.rank).reverse();
  const permutation = call.axes(asked, value.rank);
  if (permutation.length !== value.rank || new Set(permutation).size !== value.rank) call.invalid(`perm [${asked.join(', ')}] is no order of ${value.rank} axes`);
  if (!(value instanceof Known) || !foldable(value.size)) return transpose(call.tensor(0), permutation);
  const back = range(value.rank).map((axis) => permutation.indexOf(axis));
  return picked(value, permutation.map((axis) => value.shape[axis]!), (place) => back.map((at) => place[at]!));
}

/** Both ways: the input may be the wider one. */
function expanded(call: Call): Value {
  const value = call.value(0);
  const asked = call.integers(1, 'the shape');
  if (asked.some((n) => n < 0)) call.invalid(`the shape is [${asked.join(', ')}]`);
  const shape = call.shape(broadcastShapes('Expand', value.shape, asked));
  if (!(value instanceof Known) || !foldable(sizeOf(shape))) return broadcastTo(call.tensor(0), shape);
  const missing = shape.length - value.rank;
  return picked(value, shape, (place) => value.shape.map((n, i) => (n === 1 ? 0 : place[i + missing]!)));
}

function tiled(call: Call): Value {
  const value = call.value(0);
  const repeats = call.integers(1, 'the repetitions');
  if (repeats.length !== value.rank || repeats.some((n) => n < 0)) call.invalid(`repeats [${repeats.join(', ')}] for a tensor of rank ${value.rank}`);
  const shape = call.shape(value.shape.map((n, i) => n * repeats[i]!));
  if (value instanceof Known && foldable(sizeOf(shape))) return picked(value, shape, (place) => place.map((n, i) => n % value.shape[i]!));
  return tile(call.tensor(0), repeats);
}

function shapeOf(call: Call): Value {
  const { shape, rank } = call.value(0);
  const bound = (n: number): number => Math.max(0, Math.min(rank, n < 0 ? n + rank : n));
  const from = bound(call.int('start', 0));
  return integers(shape.slice(from, Math.max(from, bound(call.int('end', rank)))));
}

function filled(call: Call): Value {
  const shape = call.shape(call.integers(0, 'the shape'));
  const { data, type } = call.array('value') ?? knownScalar(0);
  if (data.length !== 1) call.invalid('value is not one number');
  if (foldable(sizeOf(shape))) return build(type, shape, () => data[0]!);
  return broadcastTo(constant(data[0]!, [], type === 'string' ? call.invalid('value is text') : type), shape);
}

function ranged(call: Call): Value {
  const [start, limit, delta] = [0, 1, 2].map((place) => {
    const known = call.known(place, 'the range');
    return known.size === 1 ? known : call.invalid('a bound of the range is not one number');
  }) as [Known, Known, Known];
  const [from, to, step] = [start.data[0]!, limit.data[0]!, delta.data[0]!];
  const count = step === 0 ? NaN : Math.max(0, Math.ceil((to - from) / step));
  if (!foldable(count)) call.invalid(`a range from ${from} to ${to} in steps of ${step} has too many numbers`);
  return build(start.type, [count], (_, i) => from + i * step);
}

function castTo(call: Call, type: Known['type']): Value {
  const value = call.value(0);
  if (type === 'string') return call.unsupported('makes text of numbers');
  if (!(value instanceof Known)) return cast(value, type);
  if (value.type === 'string') return call.unsupported('reads numbers from text');
  const convert = type === 'bool' ? (n: number) => Number(n !== 0) : isFloat(type) ? (n: number) => n : Math.trunc;
  return build(type, value.shape, (_, i) => convert(value.data[i]!));
}

function triangle(call: Call): Value {
  const value = call.value(0);
  if (value.rank < 2) call.invalid('it wants a matrix');
  const [k = 0] = call.has(1) ? call.integers(1, 'the diagonal') : [];
  const upper = call.int('upper', 1) !== 0;
  const keeps = (row: number, column: number): boolean => (upper ? column - row >= k : column - row <= k);
  if (value instanceof Known && foldable(value.size)) {
    return build(value.type, value.shape, (place, i) => (keeps(place.at(-2)!, place.at(-1)!) ? value.data[i]! : 0));
  }
  const x = call.tensor(0);
  const [rows, columns] = x.shape.slice(-2) as [number, number];
  const distance = sub(arange(columns, 'int64'), expandDims(arange(rows, 'int64'), 1));
  return where(upper ? greaterEqual(distance, k) : greaterEqual(k, distance), x, cast(constant(0), x.dtype));
}

function eyeLike(call: Call): Value {
  const { shape, ...value } = call.value(0);
  const code = call.int('dtype', 0);
  const own = 'type' in value ? value.type : value.dtype;
  const type = code === 0 ? own : elementType(code)?.type;
  const k = call.int('k', 0);
  if (shape.length !== 2 || type === undefined || type === 'string') return call.invalid('it wants a matrix of numbers');
  if (!foldable(sizeOf(shape))) return call.unsupported(`makes a matrix of [${shape.join(', ')}]`);
  return build(type, shape, ([row, column]) => Number(column! - row! === k));
}

function constantValue(call: Call): Value {
  const { attributes } = call.node;
  if (attributes.has('value')) return call.array('value') ?? call.invalid('value is missing');
  if (attributes.has('value_float')) return knownScalar(call.float('value_float', 0));
  if (attributes.has('value_int')) return knownScalar(call.int('value_int', 0), 'int64');
  if (attributes.has('value_ints')) return integers(call.ints('value_ints') ?? []);
  const floats = call.floats('value_floats');
  if (floats !== undefined) return new Known('float32', [floats.length], Float32Array.from(floats));
  return call.unsupported(`holds ${[...attributes.keys()].join(', ')}`);
}

const identity: Operator = { run: (call) => call.value(0) };

export const shapeOperators: OperatorTable = {
  Identity: identity,
  Constant: { run: constantValue },
  Dropout: {
    run(call) {
      const value = call.value(0);
      return (call.node.outputs[1] ?? '') === '' ? value : [value, broadcastTo(cast(constant(1), 'bool'), value.shape)];
    },
  },
  Reshape: { run: reshapedTo },
  Flatten: { run: flattened },
  Squeeze: { run: squeezed },
  Unsqueeze: { run: unsqueezed },
  Transpose: { run: transposed },
  Expand: { since: 8, run: expanded },
  Tile: { run: tiled },
  Shape: { run: shapeOf },
  Size: { run: (call) => knownScalar(call.value(0).size, 'int64') },
  ConstantOfShape: { since: 9, run: filled },
  Range: { since: 11, run: ranged },
  Cast: { run: (call) => castTo(call, elementType(call.int('to', 0))?.type ?? call.unsupported(`makes elements of the kind ${call.int('to', 0)}`)) },
  CastLike: {
    since: 15,
    run(call) {
      const like = call.value(1);
      return castTo(call, like instanceof Known ? like.type : like.dtype);
    },
  },
  Trilu: { since: 14, run: triangle },
  EyeLike: { since: 9, run: eyeLike },
};

