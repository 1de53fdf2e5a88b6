import type { DType } from './dtype';
import { formatShape, sizeOf } from './shape';

export type Attribute = number | string | boolean | readonly number[] | readonly (readonly number[])[] | object | undefined;
export type Attributes = Readonly<Record<string, Attribute>>;

let nextId = 0;

/**
 * A symbolic value: a shape, an element type and the node that produces it. Building tensors allocates no numbers.
 * Equal nodes are one object, so `===` is structural equality.
 */
export class Tensor {
  /** Order of construction: a tensor's inputs always have smaller numbers than itself. */
  readonly id = nextId++;
  readonly size: number;

  /** Tensors are made by the ops, never directly. */
  constructor(
    readonly op: string,
    readonly inputs: readonly Tensor[],
    readonly attributes: Attributes,
    readonly shape: readonly number[],
    readonly dtype: DType,
  ) {
    this.size = sizeOf(shape);
  }

  get rank(): number {
    return this.shape.length;
  }

  toString(): string {
    return `${this.op}: ${this.dtype}${formatShape(this.shape)}`;
  }
}

/** What a program takes: shape and element type, no numbers. */
export interface TensorSpec {
  readonly shape: readonly number[];
  readonly dtype: DType;
}

/** `spec([64, 784])`, `spec([64], 'int32')` */
export const spec = (shape: readonly number[], dtype: DType = 'float32'): TensorSpec => ({ shape, dtype });

/** Specs (float32) of tensors by their names: a network's parameters, its buffers. */
export const specsOf = (tensors: Readonly<Record<string, { readonly shape: readonly number[] }>>): Record<string, TensorSpec> =>
  Object.fromEntries(Object.entries(tensors).map(([name, { shape }]) => [name, spec(shape)]));
