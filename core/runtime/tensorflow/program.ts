import type * as TensorFlow from '@tensorflow/tfjs-core';
import { type DType, type Graph, input, sizeOf, toTypedArray, type TypedArray, UserError } from '#core/graph';
import { checkFeed, checkNoStrangers } from '../feeds';
import type { DeviceArray, Feed, Program } from '../program';
import { type Backend, type Library, loadTensorFlow } from './library';
import { lowerings } from './lower';
import { kindOf, MissingKernel, PlanBuilder, type Slot, type Step, toKind } from './plan';

class TensorflowArray implements DeviceArray {
  #tensor: TensorFlow.Tensor | undefined;

  constructor(
    tensor: TensorFlow.Tensor,
    readonly shape: readonly number[],
    readonly dtype: DType,
  ) {
    this.#tensor = tensor;
  }

  get tensor(): TensorFlow.Tensor {
    if (this.#tensor === undefined) throw new Error('this array was disposed of');
    return this.#tensor;
  }

  async read(): Promise<TypedArray> {
    return toTypedArray(await this.tensor.data(), this.dtype);
  }

  dispose(): void {
    this.#tensor?.dispose();
    this.#tensor = undefined;
  }
}

interface Plan {
  readonly backend: Backend;
  readonly inputs: readonly Slot[];
  readonly outputs: readonly Slot[];
  readonly slots: number;
  readonly steps: readonly (Step & { readonly frees: readonly Slot[] })[];
  readonly constants: ReadonlyMap<Slot, TensorFlow.Tensor>;
}

/**
 * A graph as a list of TensorFlow.js kernel calls. The graph is differentiated already; TensorFlow.js's own tape is never used, and
 * every tensor is disposed of as soon as nothing reads it any more.
 */
export class TensorflowProgram implements Program {
  readonly #tf: typeof TensorFlow;
  readonly #plan: Plan;
  /** What computes: the native library, WebAssembly, or plain JavaScript. */
  readonly backend: Backend;

  private constructor(
    readonly graph: Graph,
    tf: typeof TensorFlow,
    plan: Plan,
  ) {
    this.#tf = tf;
    this.#plan = plan;
    this.backend = plan.backend;
  }

  /** Takes the best backend that has every kernel the graph needs; `backends` overrules which are tried. */
  static async compile(graph: Graph, options: { library?: Library; backends?: readonly Backend[] } = {}): Promise<TensorflowProgram> {
    const { tf, backends } = options.library ?? (await loadTensorFlow());
    let missing: MissingKernel | undefined;
    for (const backend of options.backends ?? backends) {
      try {
        return new TensorflowProgram(graph, tf, makePlan(graph, tf, backend));
      } catch (error) {
        if (!(error instanceof MissingKernel)) throw error;
        missing = error;
      }
    }
    throw new UserError('tensorflow.kernel', missing?.message ?? 'TensorFlow.js has no backend here', { hint: 'use the device cpu' });
  }

  run(feeds: Readonly<Record<string, Feed>>): Promise<Record<string, DeviceArray>> {
    return new Promise((resolve) => resolve(this.#run(feeds)));
  }

  #run(feeds: Readonly<Record<string, Feed>>): Record<string, DeviceArray> {
    checkNoStrangers(this.graph, feeds);
    const { inputs, outputs, steps, constants, slots } = this.#plan;
    activate(this.#tf, this.backend);
    const values = new Array<TensorFlow.Tensor | undefined>(slots);
    // What this run made and has not disposed of yet, so that a failure leaves nothing behind.
    const owned = new Set<TensorFlow.Tensor>();
    const own = (tensor: TensorFlow.Tensor): TensorFlow.Tensor => {
      owned.add(tensor);
      return tensor;
    };
    try {
      this.graph.inputs.forEach((spec, i) => {
        const feed = checkFeed(spec, feeds[spec.name], sizeOf(spec.shape));
        if (feed instanceof TensorflowArray) values[inputs[i]!] = feed.tensor;
        else if (ArrayBuffer.isView(feed)) {
          const data = toKind(feed, spec.dtype, `input ${spec.name}`);
          // A copy: the plain backend keeps the array it is given.
          values[inputs[i]!] = own(this.#tf.tensor(data === feed ? data.slice() : data, [...spec.shape], kindOf(spec.dtype)));
        } else throw new UserError('runtime.feed', `run: input ${spec.name} holds an array of another executor`);
      });
      for (const [slot, tensor] of constants) values[slot] = tensor;
      for (const step of steps) {
        values[step.output] = own(runStep(step, step.inputs.map((slot) => values[slot]!)));
        for (const slot of step.frees) {
          const tensor = values[slot]!;
          values[slot] = undefined;
          if (owned.delete(tensor)) tensor.dispose();
        }
      }
      return Object.fromEntries(
        this.graph.outputs.map(({ name, tensor: { shape, dtype } }, i) => {
          const tensor = values[outputs[i]!]!;
          owned.delete(tensor);
          return [name, new TensorflowArray(tensor, shape, dtype)];
        }),
      );
    } finally {
      for (const tensor of owned) tensor.dispose();
    }
  }

  dispose(): Promise<void> {
    activate(this.#tf, this.backend);
    for (const tensor of this.#plan.constants.values()) if (!tensor.isDisposed) tensor.dispose();
    return Promise.resolve();
  }
}

/** Switching is immediate: every backend was started when the library loaded. */
function activate(tf: typeof TensorFlow, backend: Backend): void {
  if (tf.getBackend() !== backend) void tf.setBackend(backend);
}

function runStep(step: Step, tensors: readonly TensorFlow.Tensor[]): TensorFlow.Tensor {
  try {
    return step.run(tensors);
  } catch (error) {
    if (error instanceof UserError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new UserError('tensorflow.run', `${step.op}: ${message}`, { cause: error });
  }
}

function makePlan(graph: Graph, tf: typeof TensorFlow, backend: Backend): Plan {
  const builder = new PlanBuilder(tf, backend, lowerings, graph.outputs.map(({ tensor }) => tensor));
  const inputs = graph.inputs.map(({ name, shape, dtype }) => {
    const slot = builder.slot();
    builder.bind(input(name, shape, dtype), slot);
    return slot;
  });
  const taken = new Set<Slot>();
  const outputs = graph.outputs.map(({ tensor }) => {
    const value = builder.lower(tensor);
    const made = builder.steps.some(({ output }) => output === value);
    // Every output owns its tensor: an input, a constant or another output is handed out as a tensor of its own.
    const slot = made && !taken.has(value) ? value : builder.emit('Identity', { x: value });
    taken.add(slot);
    return slot;
  });
  const lastUse = new Map<Slot, number>();
  builder.steps.forEach((step, i) => {
    for (const slot of [...step.inputs, step.output]) lastUse.set(slot, i);
  });
  const steps = builder.steps.map((step, i) => ({
    ...step,
    frees: [...new Set([...step.inputs, step.output])].filter((slot) => lastUse.get(slot) === i && !taken.has(slot)),
  }));
  activate(tf, backend);
  const constants = new Map(builder.constants.map(({ slot, data, shape, kind }) => [slot, tf.tensor(data, [...shape], kind)]));
  return { backend, inputs, outputs, slots: builder.slots, steps, constants };
}
