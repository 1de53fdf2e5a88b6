import type * as TensorFlow from '@tensorflow/tfjs-core';
import { allocate, constantData, type DType, loopReaders, scalarValue, sizeOf, type Tensor, topologicalOrder, toTypedArray, type TypedArray, UserError } from '#core/graph';
import { missingRule } from '../missing-rule';
import { checkInt32 } from '../int32';
import type { Backend } from './library';

/** A value of a plan: a place that holds a tensor while the plan runs. */
export type Slot = number;

/** How one op becomes TensorFlow.js kernels: emits them and returns where the result will be. */
export type Lowering = (node: Tensor, inputs: readonly Slot[], plan: PlanBuilder) => Slot;
export type LoweringTable = Readonly<Record<string, Lowering>>;

/** TensorFlow.js's own types of elements; an int64 of ours is held as int32. */
export type Kind = 'float32' | 'int32' | 'bool';

export const kindOf = (dtype: DType): Kind => {
  if (dtype === 'float64') throw new Error('no float64 in TensorFlow.js');
  return dtype === 'int64' ? 'int32' : dtype;
};

/** One kernel call, one computation on the host, or one loop. What it returns is its caller's to dispose of. */
export interface Step {
  /** The graph's op that the step belongs to, for messages. */
  readonly op: string;
  readonly inputs: readonly Slot[];
  readonly outputs: readonly Slot[];
  run(tensors: readonly TensorFlow.Tensor[]): readonly TensorFlow.Tensor[];
}

/** A plan within a plan: the body of a loop. */
export interface Part {
  /** The outputs, which are the caller's to dispose of; the inputs stay the caller's. */
  run(inputs: readonly TensorFlow.Tensor[]): TensorFlow.Tensor[];
  dispose(): void;
}

export interface Constant {
  readonly slot: Slot;
  readonly data: Float32Array | Int32Array | Uint8Array;
  readonly shape: readonly number[];
  readonly kind: Kind;
}

/** Ops whose result is 0 where an operand has no elements. */
const zeroOfNothing = new Set(['sum', 'matmul', 'scatterAdd', 'scatterAddAlong', 'conv', 'convInputGrad', 'convFilterGrad']);

/** A backend that lacks a kernel which the graph needs. */
export class MissingKernel extends Error {
  constructor(
    readonly kernel: string,
    readonly op: string,
    readonly backend: Backend,
  ) {
    super(`the ${backend} backend of TensorFlow.js has no kernel ${kernel} (for ${op})`);
  }
}

/** Collects the kernel calls of one graph while its tensors are lowered. */
export class PlanBuilder {
  readonly steps: Step[] = [];
  readonly parts: Part[] = [];
  readonly constants: Constant[] = [];
  readonly #slots = new Map<Tensor, Slot>();
  readonly #scalars = new Map<string, Slot>();
  readonly #absorbed: ReadonlySet<Tensor>;
  readonly #readers: ReadonlyMap<Tensor, readonly Tensor[]>;
  #next = 0;
  #op = '';

  constructor(
    readonly tf: typeof TensorFlow,
    readonly backend: Backend,
    readonly table: LoweringTable,
    outputs: readonly Tensor[],
    readonly makePart: (inputs: readonly Tensor[], outputs: readonly Tensor[]) => Part,
  ) {
    const order = topologicalOrder(outputs);
    this.#absorbed = absorbedWords(order, outputs);
    this.#readers = loopReaders(order);
  }

  get slots(): number {
    return this.#next;
  }

  slot(): Slot {
    return this.#next++;
  }

  bind(x: Tensor, slot: Slot): void {
    this.#slots.set(x, slot);
  }

  /** The nodes that read a loop's results. */
  readers(loop: Tensor): readonly Tensor[] {
    return this.#readers.get(loop) ?? [];
  }

  has(kernel: string): boolean {
    return this.tf.getKernel(kernel, this.backend) !== undefined;
  }

  /** Where `x` will be, emitting whatever it still needs. */
  lower(x: Tensor): Slot {
    const known = this.#slots.get(x);
    if (known !== undefined) return known;
    const seen = new Set<Tensor>();
    const stack = [x];
    while (stack.length > 0) {
      const node = stack.pop()!;
      if (seen.has(node) || this.#slots.has(node)) continue;
      seen.add(node);
      stack.push(...node.inputs);
    }
    for (const node of [...seen].sort((a, b) => a.id - b.id)) {
      if (!this.#absorbed.has(node)) this.#slots.set(node, this.#lowerOne(node));
    }
    return this.#slots.get(x)!;
  }

  #lowerOne(node: Tensor): Slot {
    if (node.dtype === 'float64') {
      throw new UserError('tensorflow.float64', `TensorFlow.js has no float64, which ${node} needs`, { hint: 'use the device cpu or reference' });
    }
    if (node.op === 'scalar') return this.scalar(node.attributes['value'] as number, node.dtype);
    if (node.op === 'constant') return this.constant(constantData(node), node.shape, node.dtype);
    // Kernels leave the memory of what they did not write as it was.
    if ((node.size === 0 && node.op !== 'loop') || node.inputs.some(({ size }) => size === 0 && zeroOfNothing.has(node.op))) {
      return this.constant(allocate(node.dtype, node.size), node.shape, node.dtype);
    }
    const lowering = this.table[node.op];
    if (lowering === undefined) throw missingRule('tensorflow', node);
    const outer = this.#op;
    this.#op = node.toString();
    const slot = lowering(node, node.inputs.map((input) => this.#slots.get(input)!), this);
    this.#op = outer;
    return slot;
  }

  /** Adds a call of one of TensorFlow.js's kernels. */
  emit(kernel: string, inputs: Readonly<Record<string, Slot>> | readonly Slot[], attributes: object = {}): Slot {
    if (!this.has(kernel)) throw new MissingKernel(kernel, this.#op, this.backend);
    const engine = this.tf.engine();
    const names = Object.keys(inputs);
    const slots = Object.values(inputs) as Slot[];
    const asList = Array.isArray(inputs);
    return this.step(slots, 1, (tensors) => {
      const named = asList ? tensors : Object.fromEntries(names.map((name, i) => [name, tensors[i]!]));
      return [engine.runKernel(kernel, named as never, attributes as never) as TensorFlow.Tensor];
    })[0]!;
  }

  /** Adds a computation in plain TypeScript on the host. */
  host(inputs: readonly Slot[], shape: readonly number[], kind: Kind, compute: (arrays: readonly TypedArray[]) => Int32Array | Float32Array): Slot {
    return this.step(inputs, 1, (tensors) => [this.tf.tensor(compute(tensors.map((x) => x.dataSync() as TypedArray)), [...shape], kind)])[0]!;
  }

  /** Adds a step and returns where its results will be. */
  step(inputs: readonly Slot[], results: number, run: Step['run']): Slot[] {
    const outputs = Array.from({ length: results }, () => this.slot());
    this.steps.push({ op: this.#op, inputs, outputs, run });
    return outputs;
  }

  /** A plan of its own from `inputs` to `outputs`, run by a step. */
  part(inputs: readonly Tensor[], outputs: readonly Tensor[]): Part {
    const part = this.makePart(inputs, outputs);
    this.parts.push(part);
    return part;
  }

  reshape(x: Slot, shape: readonly number[]): Slot {
    return this.emit('Reshape', { x }, { shape: [...shape] });
  }

  transpose(x: Slot, perm: readonly number[]): Slot {
    return perm.every((axis, i) => axis === i) ? x : this.emit('Transpose', { x }, { perm: [...perm] });
  }

  /** `x` of shape `from` repeated to the shape `to`. */
  broadcast(x: Slot, from: readonly number[], to: readonly number[]): Slot {
    const aligned = [...to.slice(from.length).map(() => 1), ...from];
    if (sizeOf(aligned) === sizeOf(to) && sizeOf(to) > 0) return String(from) === String(to) ? x : this.reshape(x, to);
    return this.emit('Tile', { x: this.reshape(x, aligned) }, { reps: to.map((n, i) => (aligned[i] === n ? 1 : n)) });
  }

  scalar(value: number, dtype: DType): Slot {
    const key = `${kindOf(dtype)} ${Object.is(value, -0) ? '-0' : value}`;
    const known = this.#scalars.get(key) ?? this.constant(toTypedArray([value], dtype), [], dtype);
    this.#scalars.set(key, known);
    return known;
  }

  constant(data: TypedArray, shape: readonly number[], dtype: DType): Slot {
    const slot = this.slot();
    this.constants.push({ slot, data: toKind(data, dtype, 'a constant'), shape, kind: kindOf(dtype) });
    return slot;
  }
}

/** Numbers as TensorFlow.js takes them. */
export function toKind(data: TypedArray, dtype: DType, what: string): Constant['data'] {
  if (dtype === 'int64') {
    checkInt32(data, 'TensorFlow.js', what);
    return toTypedArray(data, 'int32') as Int32Array;
  }
  return data as Constant['data'];
}

/** Random words that are only ever divided by a power of two: the quotients fit 31 bits, the words themselves do not. */
function absorbedWords(order: readonly Tensor[], outputs: readonly Tensor[]): Set<Tensor> {
  const words = new Set<Tensor>();
  const others = new Set<Tensor>(outputs);
  for (const node of order) {
    node.inputs.forEach((x, i) => {
      if (x.op === 'randomBits' && i === 0 && wordShift(node) !== undefined) words.add(x);
      else others.add(x);
    });
  }
  for (const x of others) words.delete(x);
  return words;
}

/** `k` where `node` is a random word divided by `2^k`, `k >= 1`. */
export function wordShift(node: Tensor): number | undefined {
  const [words, divisor] = node.inputs;
  if (node.op !== 'div' || words?.op !== 'randomBits' || words.attributes['width'] !== 32) return undefined;
  const shift = Math.log2(scalarValue(divisor!) ?? 1);
  return Number.isInteger(shift) && shift >= 1 ? shift : undefined;
}
