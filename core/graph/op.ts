import type { DType } from './dtype';
import type { Shape } from './shape';
import type { Attributes, Tensor } from './tensor';

/** What an op promises of its result before any number exists. */
export interface Inferred {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** An input of a batching rule: `batched` says that axis 0 of `value` is the population. */
export interface Batched {
  readonly value: Tensor;
  readonly batched: boolean;
}

/** A tensor read off a node of several results, with the gradient that came to it. */
export interface Reading {
  readonly node: Tensor;
  readonly g: Tensor;
}

/**
 * Rules of a node of several results, such as a loop. The node itself has no value; ops with `readout` take one result each
 * from it, as their only input.
 */
export interface SeveralResults {
  /** Gradients of the inputs, given those of the results that were read. `needed` says which inputs want one. */
  vjp(node: Tensor, readings: readonly Reading[], needed: readonly boolean[]): readonly (Tensor | undefined)[];
  /**
   * Values and tangents of the results that were read, given the tangents of the inputs (`undefined`: zero). The values may be
   * had along with the tangents.
   */
  jvp(node: Tensor, readouts: readonly Tensor[], tangents: readonly (Tensor | undefined)[]): readonly { value: Tensor; tangent: Tensor | undefined }[];
}

/**
 * Everything the graph knows of one primitive op. Executors hold its lowering under the same name.
 *
 * @typeParam A the op's attributes
 */
export interface OpDefinition<A extends Attributes = Attributes> {
  readonly name: string;
  /** Result's shape and type; throws `ShapeError` when the inputs do not fit. */
  infer(inputs: readonly Tensor[], attributes: A): Inferred;
  /**
   * Vector-Jacobian product: the gradient of each input, given the gradient `g` of the result. Built from ops, so that it
   * can be differentiated again. `undefined` where no gradient flows. Absent: the op is flat everywhere.
   */
  vjp?(node: Tensor, g: Tensor, attributes: A): readonly (Tensor | undefined)[];
  /** The value is that of this input; the others only say when it may be computed. */
  readonly alias?: number;
  /** The op takes one result from its only input, a node of several results. */
  readonly readout?: boolean;
  /** The node has several results. */
  readonly several?: SeveralResults;
  /** The op for `size` members at once; at least one input is batched, the result is batched on axis 0. */
  batch(inputs: readonly Batched[], attributes: A, size: number): Tensor;
  /** An equal, simpler tensor, if there is one. */
  simplify?(inputs: readonly Tensor[], attributes: A): Tensor | undefined;
  /** The value on scalar constants, in float64. */
  fold?(...values: number[]): number;
  /** Floating-point operations of one evaluation. Default: one an element of the result. */
  flops?(node: Tensor, attributes: A): number;
}

const table = new Map<string, OpDefinition>();

/** Adds an op to the table. */
export function defineOp<A extends Attributes>(definition: OpDefinition<A>): void {
  if (table.has(definition.name)) throw new Error(`op ${definition.name} is defined twice`);
  // The table forgets which attributes belong to which op; `apply` hands each op its own.
  table.set(definition.name, definition as unknown as OpDefinition);
}

export function opDefinition(name: string): OpDefinition {
  const definition = table.get(name);
  if (definition === undefined) throw new Error(`op ${name} is not defined`);
  return definition;
}

/** Names of all primitive ops, sorted. */
export const opNames = (): string[] => [...table.keys()].sort();
