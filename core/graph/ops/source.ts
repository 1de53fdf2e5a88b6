import { apply, scalar } from '../apply';
import { allocate, type DType, type TypedArray, toTypedArray } from '../dtype';
import { UserError } from '../error';
import { intern } from '../intern';
import { defineOp } from '../op';
import { checkShape, formatShape, sameShape, ShapeError, sizeOf } from '../shape';
import { Tensor } from '../tensor';

const unreachable = (): never => {
  throw new Error('a tensor without inputs has nothing to batch');
};

defineOp<{ name: string; shape: readonly number[]; dtype: DType }>({
  name: 'input',
  infer: (_, { shape, dtype }) => ({ shape, dtype }),
  batch: unreachable,
  flops: () => 0,
});

defineOp<{ value: number }>({
  name: 'scalar',
  infer: () => ({ shape: [], dtype: 'float32' }),
  batch: unreachable,
  flops: () => 0,
});

defineOp<{ data: TypedArray; shape: readonly number[]; dtype: DType }>({
  name: 'constant',
  infer: (_, { shape, dtype }) => ({ shape, dtype }),
  batch: unreachable,
  flops: () => 0,
});

/** A value fed when the program runs. */
export function input(name: string, shape: readonly number[], dtype: DType = 'float32'): Tensor {
  checkShape(`input ${name}`, shape);
  return apply('input', [], { name, shape: [...shape], dtype });
}

let placeholders = 0;

/** A fresh input, equal to no other tensor. Transformations put it where a value will stand. */
export function placeholder(shape: readonly number[], dtype: DType): Tensor {
  return new Tensor('input', [], { name: `%${placeholders++}`, shape, dtype }, shape, dtype);
}

type Nested = number | readonly Nested[];

/**
 * Numbers known when the graph is built: a number, a typed array with its shape, or nested arrays.
 * A large constant is equal to itself only.
 */
export function constant(values: Nested | TypedArray, shape?: readonly number[], dtype?: DType): Tensor {
  if (typeof values === 'number') return full(shape ?? [], values, dtype);
  if (ArrayBuffer.isView(values)) return fromArray(values, shape ?? [values.length], dtype ?? dtypeOfArray(values));
  const measured: number[] = [];
  for (let level: Nested = values; typeof level !== 'number'; level = level[0]!) {
    measured.push(level.length);
    if (level.length === 0) break;
  }
  const flat: number[] = [];
  flatten(values, measured, 0, flat);
  const type = dtype ?? 'float32';
  return fromArray(toTypedArray(flat, type), shape ?? measured, type);
}

function flatten(values: Nested, shape: readonly number[], depth: number, into: number[]): void {
  if (typeof values === 'number') {
    if (depth !== shape.length) throw new UserError('graph.constant', 'constant: nested arrays have different depths');
    into.push(values);
    return;
  }
  if (values.length !== shape[depth]) throw new UserError('graph.constant', `constant: rows differ in length: ${values.length} and ${shape[depth]}`);
  for (const value of values) flatten(value, shape, depth + 1, into);
}

const dtypeOfArray = (array: TypedArray): DType =>
  array instanceof Float32Array ? 'float32' : array instanceof Float64Array ? 'float64' : array instanceof Int32Array ? 'int32' : array instanceof BigInt64Array ? 'int64' : 'bool';

function fromArray(array: TypedArray, shape: readonly number[], dtype: DType): Tensor {
  checkShape('constant', shape);
  if (sizeOf(shape) !== array.length) {
    throw new UserError('graph.constant', `constant: ${array.length} values do not fill the shape ${formatShape(shape)}`);
  }
  const data = dtypeOfArray(array) === dtype ? array.slice() : toTypedArray(array, dtype);
  if (data.length > 0 && data.every((value) => value === data[0])) return full(shape, Number(data[0]), dtype);
  // Small constants are equal when their numbers are.
  const numbers = data.length <= 64 ? Array.from(data, Number) : undefined;
  return intern('constant', [], numbers === undefined ? { data } : { numbers }, [...shape], dtype);
}

/** The numbers of a `constant` node, in its own type. */
export function constantData(x: Tensor): TypedArray {
  const numbers = x.attributes['numbers'] as readonly number[] | undefined;
  return numbers === undefined ? (x.attributes['data'] as TypedArray) : toTypedArray(numbers, x.dtype);
}

/** `value` everywhere. */
export function full(shape: readonly number[], value: number, dtype: DType = 'float32'): Tensor {
  const x = scalar(value, dtype);
  return sameShape(shape, []) ? x : apply('broadcastTo', [x], { shape: [...shape] });
}

export const zeros = (shape: readonly number[], dtype: DType = 'float32'): Tensor => full(shape, 0, dtype);

export const ones = (shape: readonly number[], dtype: DType = 'float32'): Tensor => full(shape, 1, dtype);

/** Throws before memory for a constant that no file could hold is asked for. */
function checkConstant(op: string, shape: readonly number[]): void {
  checkShape(op, shape);
  if (sizeOf(shape) > 2 ** 29) throw new ShapeError(`${op}: a constant of shape ${formatShape(shape)} is too large`, 'compute it from smaller ones');
}

/** `0, 1, ... n - 1` */
export function arange(n: number, dtype: DType = 'float32'): Tensor {
  checkConstant('arange', [n]);
  return fromArray(toTypedArray(Float64Array.from({ length: n }, (_, i) => i), dtype), [n], dtype);
}

/** The identity matrix `[n, n]`. */
export function eye(n: number, dtype: DType = 'float32'): Tensor {
  checkConstant('eye', [n, n]);
  const data = allocate(dtype, n * n);
  for (let i = 0; i < n; i++) {
    if (data instanceof BigInt64Array) data[i * n + i] = 1n;
    else data[i * n + i] = 1;
  }
  return fromArray(data, [n, n], dtype);
}
