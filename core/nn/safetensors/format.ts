/** Element types of the safetensors format that Basin reads, with bytes an element. */
export const elementBytes = {
  F64: 8, F32: 4, F16: 2, BF16: 2, I64: 8, I32: 4, I16: 2, I8: 1, U8: 1, BOOL: 1,
} as const;
export type ElementType = keyof typeof elementBytes;

export type TensorArray = Float64Array | Float32Array | BigInt64Array | Int32Array | Int16Array | Int8Array | Uint8Array;

/** One named array of a file. */
export interface StoredTensor {
  shape: readonly number[];
  data: TensorArray;
}

/** A safetensors file: named arrays and a record of text. */
export interface SafetensorsFile {
  tensors: Record<string, StoredTensor>;
  metadata: Record<string, string>;
}

/** The format's own limit on its header; a larger claim is a broken or hostile file. */
export const largestHeader = 100_000_000;
