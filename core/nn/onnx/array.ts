import { constant, type DType, scalarValue, sizeOf, type Tensor } from '#core/graph';

/** What an array of a file holds, as far as the graph tells types apart; text exists in files only. */
export type ElementType = DType | 'string';

/**
 * Numbers that are known while a model is opened: initializers, constants, shapes and what is computed from them. Integers
 * are exact up to 2^53.
 */
export class Known {
  readonly size: number;

  constructor(
    readonly type: ElementType,
    readonly shape: readonly number[],
    readonly data: Float32Array | Float64Array,
    /** The words, where the type is `string`; `data` is then empty. */
    readonly words: readonly string[] = [],
  ) {
    this.size = sizeOf(shape);
  }

  get rank(): number {
    return this.shape.length;
  }
}

/** A value between two nodes: known numbers, or a tensor of the graph. */
export type Value = Known | Tensor;

/** A vector of integers. */
export const integers = (values: readonly number[], shape: readonly number[] = [values.length]): Known =>
  new Known('int64', shape, Float64Array.from(values));

export const knownScalar = (value: number, type: DType = 'float32'): Known => new Known(type, [], Float64Array.of(value));

const constants = new WeakMap<Known, Tensor>();

/** The largest integers that a float64 holds exactly; ONNX writes 2^63 - 1 for "to the end". */
const bound = Number.MAX_SAFE_INTEGER;

/** The value as a tensor of the graph. One array gives one tensor. */
export function tensorOf(value: Value): Tensor {
  if (!(value instanceof Known)) return value;
  const made = constants.get(value);
  if (made !== undefined) return made;
  const { shape, type } = value;
  if (type === 'string') throw new Error('text cannot become a tensor');
  const data = type === 'int64' ? Float64Array.from(value.data, (n) => Math.max(-bound, Math.min(bound, n))) : value.data;
  const tensor = value.size === 0 || shape.length > 0 ? constant(data, shape, type) : constant(data[0]!, [], type);
  constants.set(value, tensor);
  return tensor;
}

/** The numbers of a value, where they are known: an array of the file, or one number spread over a shape. */
export function knownOf(value: Value | undefined): Known | undefined {
  if (value === undefined || value instanceof Known) return value;
  const single = scalarValue(value);
  if (single === undefined || value.size > 1) return undefined;
  return new Known(value.dtype, value.shape, Float64Array.of(single));
}
