import {
  add, broadcastTo, cast, constant, equal, expandDims, gather, greater, less, moveAxis, mul, range, reshape, scatterAdd, sizeOf, slice, squeeze,
  stridesOf, arange, type Tensor, where,
} from '#core/graph';
import { Known, type Value } from '../array';
import { type Call, foldable, type OperatorTable } from '../call';
import { picked } from '../fold';

/** Indices count from the front. Known ones are checked; ids that come with the data are taken as they are. */
function fromFront(call: Call, place: number, n: number): Tensor {
  const value = call.value(place);
  if (value instanceof Known) {
    const data = Int32Array.from(value.data, (index) => {
      if (index < -n || index >= n) call.invalid(`index ${index} on an axis of length ${n}`);
      return index < 0 ? index + n : index;
    });
    return constant(data, value.shape, 'int32');
  }
  const index = value.dtype === 'int32' || value.dtype === 'int64' ? value : cast(value, 'int64');
  return where(less(index, 0), add(index, n), index);
}

function gathered(call: Call): Value {
  const [value, indices] = [call.value(0), call.value(1)];
  const axis = call.axis(call.int('axis', 0), value.rank);
  const n = value.shape[axis]!;
  const shape = call.shape([...value.shape.slice(0, axis), ...indices.shape, ...value.shape.slice(axis + 1)]);
  if (indices instanceof Known) {
    const at = (i: number): number => {
      const index = indices.data[i]!;
      if (!Number.isInteger(index) || index < -n || index >= n) call.invalid(`index ${index} on an axis of length ${n}`);
      return index < 0 ? index + n : index;
    };
    if (value instanceof Known && value.type !== 'string' && foldable(sizeOf(shape))) {
      const strides = stridesOf(indices.shape);
      return picked(value, shape, (place) => {
        const i = indices.shape.reduce((sum, _, k) => sum + place[axis + k]! * strides[k]!, 0);
        return [...place.slice(0, axis), at(i), ...place.slice(axis + indices.rank)];
      });
    }
    if (indices.size === 1) {
      const x = call.tensor(0);
      const starts = x.shape.map((_, i) => (i === axis ? at(0) : 0));
      const one = slice(x, starts, x.shape.map((m, i) => (i === axis ? at(0) + 1 : m)));
      return reshape(one, shape);
    }
  }
  return gather(call.tensor(0), fromFront(call, 1, n), axis);
}

/** Place in the flattened tensor of the element that `index` picks along `axis`, for every place of `index`. */
function flatPlaces(index: Tensor, shape: readonly number[], axis: number): Tensor {
  const strides = stridesOf(shape);
  const whole = cast(index, 'int64');
  return range(shape.length).reduce((sum, i) => {
    if (i === axis) return sum;
    const own = mul(arange(index.shape[i]!, 'int64'), strides[i]!);
    return add(sum, reshape(own, shape.map((_, k) => (k === i ? index.shape[i]! : 1))));
  }, mul(whole, strides[axis]!));
}

const flat = (x: Tensor): Tensor => reshape(x, [x.size]);

function elementsGathered(call: Call): Tensor {
  const x = call.tensor(0);
  const axis = call.axis(call.int('axis', 0), x.rank);
  const index = fromFront(call, 1, x.shape[axis]!);
  if (index.rank !== x.rank || index.shape.some((n, i) => i !== axis && n > x.shape[i]!)) call.invalid(`indices [${index.shape.join(', ')}] into [${x.shape.join(', ')}]`);
  return reshape(gather(flat(x), flat(flatPlaces(index, x.shape, axis)), 0), index.shape);
}

/** `x` with `updates` put (or added) at flat places. */
function scattered(call: Call, x: Tensor, places: Tensor, updates: Tensor): Tensor {
  const mode = call.string('reduction', 'none');
  const sum = reshape(scatterAdd(places, cast(updates, x.dtype), x.size, 0), x.shape);
  if (mode === 'add') return add(x, sum);
  if (mode !== 'none') return call.unsupported(`reduction "${mode}"`);
  const hits = scatterAdd(places, broadcastTo(constant(1), places.shape), x.size, 0);
  return where(greater(reshape(hits, x.shape), 0), sum, x);
}

function elementsScattered(call: Call): Tensor {
  const x = call.tensor(0);
  const axis = call.axis(call.int('axis', 0), x.rank);
  const index = fromFront(call, 1, x.shape[axis]!);
  const updates = call.tensor(2);
  if (index.rank !== x.rank || updates.shape.join() !== index.shape.join()) call.invalid(`indices [${index.shape.join(', ')}] and updates [${updates.shape.join(', ')}]`);
  return scattered(call, x, flat(flatPlaces(index, x.shape, axis)), flat(updates));
}

/** Indices `[..., k]` into the first `k` axes (after the batch's): their places among rows, and the rows' shape. */
function rowPlaces(call: Call, x: Tensor, batchAxes: number): { places: Tensor; row: readonly number[] } {
  const given = call.value(1);
  const k = given.shape.at(-1) ?? 0;
  if (k < 1 || batchAxes + k > x.rank) call.invalid(`indices [${given.shape.join(', ')}] into [${x.shape.join(', ')}]`);
  const index = cast(call.tensor(1), 'int64');
  const indexed = x.shape.slice(0, batchAxes + k);
  const strides = stridesOf(indexed);
  const part = (i: number): Tensor => {
    const starts = index.shape.map((_, axis) => (axis === index.rank - 1 ? i : 0));
    const column = squeeze(slice(index, starts, index.shape.map((n, axis) => (axis === index.rank - 1 ? i + 1 : n))), index.rank - 1);
    const n = indexed[batchAxes + i]!;
    return mul(where(less(column, 0), add(column, n), column), strides[batchAxes + i]!);
  };
  let places = range(k).map(part).reduce((a, b) => add(a, b));
  for (let axis = 0; axis < batchAxes; axis++) {
    const own = mul(arange(indexed[axis]!, 'int64'), strides[axis]!);
    places = add(places, reshape(own, places.shape.map((_, i) => (i === axis ? indexed[axis]! : 1))));
  }
  return { places, row: x.shape.slice(batchAxes + k) };
}

function rowsGathered(call: Call): Tensor {
  const x = call.tensor(0);
  const { places, row } = rowPlaces(call, x, call.int('batch_dims', 0));
  const rows = reshape(x, [x.size / Math.max(1, sizeOf(row)), ...row]);
  return reshape(gather(rows, flat(places), 0), [...places.shape, ...row]);
}

function rowsScattered(call: Call): Tensor {
  const x = call.tensor(0);
  const updates = call.tensor(2);
  const { places, row } = rowPlaces(call, x, 0);
  const size = sizeOf(row);
  const column = mul(expandDims(flat(places), 1), size);
  return scattered(call, x, flat(add(column, arange(size, 'int64'))), flat(updates));
}

function hot(call: Call): Tensor {
  const indices = call.tensor(0);
  const [depth = 0] = call.integers(1, 'the depth');
  const values = call.tensor(2);
  const axis = call.axis(call.int('axis', -1), indices.rank + 1);
  call.shape([...indices.shape, depth]);
  const index = cast(indices, 'int64');
  const column = expandDims(where(less(index, 0), add(index, depth), index), indices.rank);
  const one = (at: number): Tensor => reshape(slice(values, [at], [at + 1]), []);
  const result = where(equal(column, arange(depth, 'int64')), one(1), one(0));
  return axis === indices.rank ? result : moveAxis(result, indices.rank, axis);
}

export const indexingOperators: OperatorTable = {
  Gather: { run: gathered },
  GatherElements: { since: 11, run: elementsGathered },
  GatherND: { since: 11, run: rowsGathered },
  Scatter: { since: 9, run: elementsScattered },
  ScatterElements: { since: 11, run: elementsScattered },
  ScatterND: { since: 11, run: rowsScattered },
  OneHot: { since: 9, run: hot },
};

