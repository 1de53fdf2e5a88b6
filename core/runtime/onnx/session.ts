import * as ort from 'onnxruntime-node';
import { allocate, type DType, type Graph, sizeOf, type TypedArray, UserError } from '#core/graph';
import { checkFeed, checkNoStrangers } from '../feeds';
import type { CompileOptions, DeviceArray, Feed, Program } from '../program';
import { blockSize } from './lower/blocked/block-size';
import { lowerGraph, outputName } from './lower-graph';
import { encodeModel } from './model';

/** Memory of one result, used again once the array that stood for it is disposed of. */
class Pool {
  readonly #free: ort.Tensor[] = [];

  constructor(
    readonly dtype: DType,
    readonly shape: readonly number[],
  ) {}

  take(): ort.Tensor {
    return this.#free.pop() ?? new ort.Tensor(this.dtype, allocate(this.dtype, sizeOf(this.shape)) as never, this.shape);
  }

  give(tensor: ort.Tensor): void {
    this.#free.push(tensor);
  }
}

class OnnxArray implements DeviceArray {
  readonly #pool: Pool;
  #tensor: ort.Tensor | undefined;

  constructor(pool: Pool, tensor: ort.Tensor) {
    this.#pool = pool;
    this.#tensor = tensor;
  }

  get shape(): readonly number[] {
    return this.#pool.shape;
  }

  get dtype(): DType {
    return this.#pool.dtype;
  }

  get tensor(): ort.Tensor {
    if (this.#tensor === undefined) throw new Error('this array was disposed of');
    return this.#tensor;
  }

  read(): Promise<TypedArray> {
    return Promise.resolve((this.tensor.data as TypedArray).slice());
  }

  dispose(): void {
    if (this.#tensor === undefined) return;
    this.#pool.give(this.#tensor);
    this.#tensor = undefined;
  }
}

/** Bytes up to which a program's memory is planned as one piece. */
const PLANNED_MEMORY = 2 ** 25;

/** A graph compiled by ONNX Runtime. */
export class OnnxProgram implements Program {
  readonly graph: Graph;
  readonly #session: ort.InferenceSession;
  readonly #inputs: { readonly spec: Graph['inputs'][number]; readonly size: number }[];
  readonly #outputs: { readonly name: string; readonly onnxName: string; readonly pool: Pool }[];

  private constructor(graph: Graph, session: ort.InferenceSession) {
    this.graph = graph;
    this.#session = session;
    this.#inputs = graph.inputs.map((spec) => ({ spec, size: sizeOf(spec.shape) }));
    this.#outputs = graph.outputs.map(({ name, tensor }) => ({
      name,
      onnxName: outputName(graph, name),
      pool: new Pool(tensor.dtype, tensor.shape),
    }));
  }

  /** @param intermediates bytes that are alive at once on the way, if that has been counted */
  static async compile(graph: Graph, options: CompileOptions, intermediates = 0): Promise<OnnxProgram> {
    const block = options.device === 'cpu' ? await blockSize() : undefined;
    const file = encodeModel(lowerGraph(graph, { block }));
    const session = await ort.InferenceSession.create(file, {
      executionProviders: [options.device],
      graphOptimizationLevel: 'all',
      executionMode: 'sequential',
      // Planned memory is taken a second time beside the first run's: quick for small programs, costly for large ones.
      enableMemPattern: intermediates <= PLANNED_MEMORY,
      ...(options.threads === undefined ? {} : { intraOpNumThreads: options.threads }),
      interOpNumThreads: 1,
      logSeverityLevel: 3,
      // Sum and LayerNormalization apart take a quarter of the fused operator's time.
      extra: { optimization: { disable_specified_optimizers: 'SkipLayerNormFusion' } },
      ...(options.profile === undefined ? {} : { enableProfiling: true, profileFilePrefix: options.profile }),
    });
    return new OnnxProgram(graph, session);
  }

  async run(feeds: Readonly<Record<string, Feed>>): Promise<Record<string, DeviceArray>> {
    checkNoStrangers(this.graph, feeds);
    const fed: Record<string, ort.Tensor> = {};
    for (const { spec, size } of this.#inputs) {
      const feed = checkFeed(spec, feeds[spec.name], size);
      if (feed instanceof OnnxArray) fed[spec.name] = feed.tensor;
      else if (ArrayBuffer.isView(feed)) fed[spec.name] = new ort.Tensor(spec.dtype, feed as never, spec.shape);
      else throw new UserError('runtime.feed', `run: input ${spec.name} holds an array of another executor`);
    }
    const fetches: Record<string, ort.Tensor> = {};
    for (const { onnxName, pool } of this.#outputs) fetches[onnxName] = pool.take();
    await this.#session.run(fed, fetches);
    const results: Record<string, DeviceArray> = {};
    for (const { name, onnxName, pool } of this.#outputs) results[name] = new OnnxArray(pool, fetches[onnxName]!);
    return results;
  }

  async dispose(): Promise<void> {
    this.#session.endProfiling();
    await this.#session.release();
  }
}
