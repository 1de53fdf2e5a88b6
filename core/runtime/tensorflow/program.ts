import type * as TensorFlow from '@tensorflow/tfjs-core';
import { type DType, type Graph, input, sizeOf, toTypedArray, type TypedArray, UserError } from '#core/graph';
import { checkFeed, checkNoStrangers } from '../feeds';
import { prepare } from '../prepare';
import type { DeviceArray, Feed, Program } from '../program';
import { type Backend, type Library, loadTensorFlow } from './library';
import { Plan } from './execution';
import { kindOf, MissingKernel, toKind } from './plan';

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
  static async compile(given: Graph, options: { library?: Library; backends?: readonly Backend[] } = {}): Promise<TensorflowProgram> {
    const graph = prepare(given, 'tensorflow');
    const { tf, backends } = options.library ?? (await loadTensorFlow());
    let missing: MissingKernel | undefined;
    for (const backend of options.backends ?? backends) {
      try {
        activate(tf, backend);
        const inputs = graph.inputs.map(({ name, shape, dtype }) => input(name, shape, dtype));
        const outputs = graph.outputs.map(({ tensor }) => tensor);
        return new TensorflowProgram(graph, tf, new Plan(tf, backend, inputs, outputs));
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
    activate(this.#tf, this.backend);
    const made: TensorFlow.Tensor[] = [];
    try {
      const inputs = this.graph.inputs.map((spec) => {
        const feed = checkFeed(spec, feeds[spec.name], sizeOf(spec.shape));
        if (feed instanceof TensorflowArray) return feed.tensor;
        if (!ArrayBuffer.isView(feed)) throw new UserError('runtime.feed', `run: input ${spec.name} holds an array of another executor`);
        const data = toKind(feed, spec.dtype, `input ${spec.name}`);
        // A copy: the plain backend keeps the array it is given.
        const tensor = this.#tf.tensor(data === feed ? data.slice() : data, [...spec.shape], kindOf(spec.dtype));
        made.push(tensor);
        return tensor;
      });
      const results = this.#plan.run(inputs);
      return Object.fromEntries(this.graph.outputs.map(({ name, tensor: { shape, dtype } }, i) => [name, new TensorflowArray(results[i]!, shape, dtype)]));
    } finally {
      for (const tensor of made) tensor.dispose();
    }
  }

  dispose(): Promise<void> {
    activate(this.#tf, this.backend);
    this.#plan.dispose();
    return Promise.resolve();
  }
}

/** Switching is immediate: every backend was started when the library loaded. */
function activate(tf: typeof TensorFlow, backend: Backend): void {
  if (tf.getBackend() !== backend) void tf.setBackend(backend);
}
