import * as ort from 'onnxruntime-node';
import { type Graph, sizeOf, UserError } from '#core/graph';
import { checkFeed, checkNoStrangers } from '../feeds';
import type { CompileOptions, DeviceArray, Feed, Program } from '../program';
import { HostArray, OnnxArray, Pool } from './arrays';
import { releaseSession, runtimeFailure } from './failure';
import { GpuProgram } from './gpu-program';
import { blockSize } from './lower/blocked/block-size';
import { lowerGraph, outputName } from './lower-graph';
import { encodeModel } from './model';
import { type OnnxDevice, providerOf, sessionOptions } from './provider';
import { ThreadProgram } from './threads/thread-program';

export interface OnnxOptions extends CompileOptions {
  readonly device: OnnxDevice;
}

/**
 * Compiles a graph with ONNX Runtime.
 *
 * @param intermediates bytes that are alive at once on the way, if that has been counted
 * @param saveTo a path where the optimized model is to be written, for `loadOnnx`; for programs of the processor
 */
export async function compileOnnx(graph: Graph, options: OnnxOptions, intermediates = 0, saveTo?: string): Promise<Program> {
  const provider = providerOf(options.device);
  if (provider.resident) return GpuProgram.compile(graph, options);
  const block = options.device === 'cpu' ? await blockSize() : undefined;
  const file = encodeModel(lowerGraph(graph, { ...provider.lower, block, sealed: options.sealed }));
  return start(file, graph, options, { ...sessionOptions(provider, options, intermediates), ...(saveTo !== undefined && { optimizedModelFilePath: saveTo }) });
}

/**
 * The program that a model optimized before stands for.
 *
 * @param graph its inputs and outputs
 */
export async function loadOnnx(model: Uint8Array, graph: Graph, options: OnnxOptions, intermediates: number): Promise<Program> {
  // What was optimized is taken as it is.
  return start(model, graph, options, { ...sessionOptions(providerOf(options.device), options, intermediates), graphOptimizationLevel: 'disabled' });
}

const start = (model: Uint8Array, graph: Graph, { device, thread }: OnnxOptions, options: ort.InferenceSession.SessionOptions): Promise<Program> =>
  thread === undefined ? OnnxProgram.create(model, graph, device, options) : ThreadProgram.load(thread, model, graph, options);

/** A graph compiled by ONNX Runtime, its results in the host's memory. */
export class OnnxProgram implements Program {
  readonly graph: Graph;
  readonly #device: OnnxDevice;
  readonly #session: ort.InferenceSession;
  readonly #inputs: { readonly spec: Graph['inputs'][number]; readonly size: number }[];
  readonly #outputs: { readonly name: string; readonly onnxName: string; readonly pool: Pool }[];

  private constructor(graph: Graph, device: OnnxDevice, session: ort.InferenceSession) {
    this.graph = graph;
    this.#device = device;
    this.#session = session;
    this.#inputs = graph.inputs.map((spec) => ({ spec, size: sizeOf(spec.shape) }));
    this.#outputs = graph.outputs.map(({ name, tensor }) => ({
      name,
      onnxName: outputName(graph, name),
      pool: new Pool(tensor.dtype, tensor.shape),
    }));
  }

  static async create(file: Uint8Array, graph: Graph, device: OnnxDevice, options: ort.InferenceSession.SessionOptions): Promise<OnnxProgram> {
    try {
      return new OnnxProgram(graph, device, await ort.InferenceSession.create(file, options));
    } catch (error) {
      throw runtimeFailure(error, device);
    }
  }

  async run(feeds: Readonly<Record<string, Feed>>): Promise<Record<string, DeviceArray>> {
    checkNoStrangers(this.graph, feeds);
    const fed: Record<string, ort.Tensor> = {};
    for (const { spec, size } of this.#inputs) {
      const feed = checkFeed(spec, feeds[spec.name], size);
      // A tensor on the GPU is nothing but its handle here.
      if (feed instanceof OnnxArray && !feed.onGpu) fed[spec.name] = feed.tensor;
      else if (ArrayBuffer.isView(feed)) fed[spec.name] = new ort.Tensor(spec.dtype, feed as never, spec.shape);
      else throw new UserError('runtime.feed', `run: input ${spec.name} holds an array of another executor`);
    }
    const fetches: Record<string, ort.Tensor> = {};
    for (const { onnxName, pool } of this.#outputs) fetches[onnxName] = take(pool, this.#device);
    try {
      await this.#session.run(fed, fetches);
    } catch (error) {
      throw runtimeFailure(error, this.#device);
    }
    const results: Record<string, DeviceArray> = {};
    for (const { name, onnxName, pool } of this.#outputs) results[name] = new HostArray(pool, fetches[onnxName]!);
    return results;
  }

  dispose(): Promise<void> {
    return releaseSession(this.#session, this.#device);
  }
}

function take(pool: Pool, device: OnnxDevice): ort.Tensor {
  try {
    return pool.take();
  } catch (error) {
    throw runtimeFailure(error, device);
  }
}
