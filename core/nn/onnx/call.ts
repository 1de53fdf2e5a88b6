import { type Tensor, UserError } from '#core/graph';
import { Known, knownOf, tensorOf, type Value } from './array';
import type { Attribute, OnnxGraph, OnnxNode } from './format/model';
import { limits } from './format/limits';

/** What a node asks for that Basin does not do. It is reported with the node's name and operator. */
export class Unsupported extends Error {}

/** What the nodes of one application of a model share. */
export interface Surroundings {
  /** BatchNorm uses the batch's own moments. */
  readonly batchStatistics: boolean;
  /** BatchNorm's running moments move. */
  readonly training: boolean;
  /** The running moments become the batch's own. */
  readonly gather?: boolean;
  /** Says that the running moments stored under this name have a new value. */
  moved(name: string, value: Tensor): void;
  /** Runs a graph within the graph. */
  branch(graph: OnnxGraph): readonly Value[];
}

/** One node with its inputs at hand: what an operator is applied to. */
export class Call {
  constructor(
    readonly node: OnnxNode,
    /** Version of the operator set that the node belongs to. */
    readonly opset: number,
    readonly inputs: readonly (Value | undefined)[],
    readonly surroundings: Surroundings,
  ) {}

  /** Stops: the model asks for something that Basin does not do. */
  unsupported(what: string): never {
    throw new Unsupported(what);
  }

  /** Stops: the node contradicts itself or ONNX. */
  invalid(what: string): never {
    throw new UserError('onnx.invalid', `node ${this.node.name} (${this.node.opType}): ${what}`);
  }

  value(place: number): Value {
    return this.inputs[place] ?? this.invalid(`input ${place} is missing`);
  }

  has(place: number): boolean {
    return this.inputs[place] !== undefined;
  }

  tensor(place: number): Tensor {
    const value = this.value(place);
    return value instanceof Known && value.type === 'string' ? this.unsupported('works on text') : tensorOf(value);
  }

  optional(place: number): Tensor | undefined {
    return this.has(place) ? this.tensor(place) : undefined;
  }

  /** An input whose numbers must be known when the model is opened, such as a shape. */
  known(place: number, what: string): Known {
    return knownOf(this.value(place)) ?? this.unsupported(`${what} follows from the data`);
  }

  /** Integers that are known when the model is opened: an input. */
  integers(place: number, what: string): number[] {
    const { data, type } = this.known(place, what);
    if (type === 'string') this.invalid(`${what} is text`);
    return Array.from(data, (n) => (Number.isInteger(n) ? n : this.invalid(`${what} is ${n}`)));
  }

  /** The inputs, if the numbers of all of them are known. */
  allKnown(): Known[] | undefined {
    const found: Known[] = [];
    for (const value of this.inputs) {
      if (!(value instanceof Known) || value.type === 'string') return undefined;
      found.push(value);
    }
    return found;
  }

  int(name: string, otherwise: number): number {
    const found = this.#attribute(name, 'int');
    return found === undefined ? otherwise : found.value;
  }

  ints(name: string): readonly number[] | undefined {
    return this.#attribute(name, 'ints')?.value;
  }

  float(name: string, otherwise: number): number {
    return this.#attribute(name, 'float')?.value ?? otherwise;
  }

  floats(name: string): readonly number[] | undefined {
    return this.#attribute(name, 'floats')?.value;
  }

  string(name: string, otherwise: string): string {
    return this.#attribute(name, 'string')?.value ?? otherwise;
  }

  strings(name: string): readonly string[] | undefined {
    return this.#attribute(name, 'strings')?.value;
  }

  array(name: string): Known | undefined {
    return this.#attribute(name, 'tensor')?.value;
  }

  subgraph(name: string): OnnxGraph | undefined {
    return this.#attribute(name, 'graph')?.value;
  }

  #attribute<K extends Attribute['kind']>(name: string, kind: K): Extract<Attribute, { kind: K }> | undefined {
    const found = this.node.attributes.get(name);
    if (found === undefined) return undefined;
    if (found.kind !== kind) return this.invalid(`attribute ${name} is of the kind ${found.kind}, not ${kind}`);
    return found as Extract<Attribute, { kind: K }>;
  }

  /** An axis counted from the front. */
  axis(axis: number, rank: number): number {
    const at = axis < 0 ? axis + rank : axis;
    if (!Number.isInteger(axis) || at < 0 || at >= rank) this.invalid(`axis ${axis} does not exist in a tensor of rank ${rank}`);
    return at;
  }

  axes(axes: readonly number[], rank: number): number[] {
    return axes.map((axis) => this.axis(axis, rank));
  }

  /** Refuses a shape that no tensor may have, before anything is made of it. */
  shape(shape: readonly number[]): number[] {
    const wrong = shape.find((n) => !Number.isInteger(n) || n < 0);
    if (wrong !== undefined) this.invalid(`[${shape.join(', ')}] is not a shape`);
    if (shape.length > limits.rank) this.invalid(`a result of ${shape.length} axes; Basin goes up to ${limits.rank}`);
    const size = shape.reduce((product, n) => product * n, 1);
    if (size > limits.elements) this.invalid(`a result of shape [${shape.join(', ')}] has more than ${limits.elements} elements`);
    return [...shape];
  }
}

/** One operator of ONNX. */
export interface Operator {
  /** First version of the operator set whose meaning is implemented; default 6. */
  readonly since?: number;
  /** The values that the node makes; outputs beyond them do not exist. */
  run(call: Call): Value | readonly (Value | undefined)[];
}

export type OperatorTable = Readonly<Record<string, Operator>>;

/** Whether arrays of this many elements are worked out while the model is opened. */
export const foldable = (elements: number): boolean => elements <= limits.foldedElements;
