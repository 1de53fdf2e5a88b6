/** Element types of a tensor. `bool` is stored as one byte, 0 or 1. */
export type DType = 'float32' | 'float64' | 'int32' | 'int64' | 'bool';

/** The arrays that carry numbers in and out of a program. */
export type TypedArray = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array;

const arrays = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  int64: BigInt64Array,
  bool: Uint8Array,
} as const;

/** Narrow to wide: an operation on two types computes in the wider one. */
const width: Record<DType, number> = { bool: 0, int32: 1, int64: 2, float32: 3, float64: 4 };

/** A zeroed array of `size` elements that holds `dtype`. */
export function allocate(dtype: DType, size: number): TypedArray {
  return new arrays[dtype](size);
}

export function dtypeOf(array: TypedArray): DType {
  if (array instanceof Float32Array) return 'float32';
  if (array instanceof Float64Array) return 'float64';
  if (array instanceof Int32Array) return 'int32';
  if (array instanceof BigInt64Array) return 'int64';
  return 'bool';
}

export const bytesPerElement = (dtype: DType): number => arrays[dtype].BYTES_PER_ELEMENT;

export const isFloat = (dtype: DType): boolean => dtype === 'float32' || dtype === 'float64';

/** The wider of two types: bool < int32 < int64 < float32 < float64. */
export const promote = (a: DType, b: DType): DType => (width[a] >= width[b] ? a : b);

/** `values` converted element by element into a new array that holds `dtype`. */
export function toTypedArray(values: ArrayLike<number | bigint>, dtype: DType): TypedArray {
  const result = allocate(dtype, values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number | bigint;
    if (result instanceof BigInt64Array) result[i] = typeof value === 'bigint' ? value : BigInt(Math.trunc(value));
    else result[i] = dtype === 'bool' ? (value ? 1 : 0) : Number(value);
  }
  return result;
}
