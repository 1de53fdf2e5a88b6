import * as ort from 'onnxruntime-node';
import { type DType, type Graph, sizeOf, toTypedArray, type TypedArray, UserError } from '#core/graph';
import { checkFeed, checkNoStrangers } from '../feeds';
import { checkInt32 } from '../int32';
import type { DeviceArray, Feed, Program } from '../program';
import { MadeArray, OnnxArray } from './arrays';
import { releaseSession, runtimeFailure } from './failure';
import { lowerGraph, outputName } from './lower-graph';
import { encodeModel } from './model';
import { type HostDraw, type Rewritten, webgpuGraph } from './webgpu-graph';
import { type OnnxDevice, providerOf, sessionOptions } from './provider';
import type { OnnxOptions } from './session';

/**
 * A graph compiled by ONNX Runtime for a GPU. What is fed back stays there: outputs that an input of the same name, shape and type
 * takes (parameters, optimizer state). All other outputs come to the host with the run.
 */
export class GpuProgram implements Program {
  readonly graph: Graph;
  readonly #device: OnnxDevice;
  readonly #session: ort.InferenceSession;
  readonly #types: readonly DType[];
  readonly #draws: readonly HostDraw[];
  readonly #outputs: readonly { readonly name: string; readonly onnxName: string; readonly shape: readonly number[]; readonly dtype: DType }[];

  private constructor(graph: Graph, device: OnnxDevice, session: ort.InferenceSession, rewritten: Rewritten) {
    this.graph = graph;
    this.#device = device;
    this.#session = session;
    this.#types = rewritten.inputs.map(({ dtype }) => dtype);
    this.#draws = rewritten.draws;
    this.#outputs = graph.outputs.map(({ name, tensor }) => ({ name, onnxName: outputName(graph, name), shape: tensor.shape, dtype: tensor.dtype }));
  }

  static async compile(graph: Graph, options: OnnxOptions): Promise<GpuProgram> {
    const provider = providerOf(options.device);
    const rewritten = webgpuGraph(graph);
    const onGpu: Graph = {
      inputs: [...rewritten.inputs, ...rewritten.draws.map(({ name, shape }) => ({ name, shape, dtype: 'int32' as const }))],
      outputs: graph.outputs.map(({ name }, i) => ({ name, tensor: rewritten.outputs[i]! })),
    };
    const file = encodeModel(lowerGraph(onGpu, provider.lower));
    const locations = graph.outputs.map(({ name, tensor }) => [outputName(graph, name), staysOnGpu(graph, name, tensor) ? 'gpu-buffer' : 'cpu'] as const);
    try {
      const session = await ort.InferenceSession.create(file, { ...sessionOptions(provider, options), preferredOutputLocation: Object.fromEntries(locations) });
      return new GpuProgram(graph, options.device, session, rewritten);
    } catch (error) {
      throw runtimeFailure(error, options.device);
    }
  }

  async run(feeds: Readonly<Record<string, Feed>>): Promise<Record<string, DeviceArray>> {
    checkNoStrangers(this.graph, feeds);
    const fed: Record<string, ort.Tensor> = {};
    for (const [i, spec] of this.graph.inputs.entries()) {
      const feed = checkFeed(spec, feeds[spec.name], sizeOf(spec.shape));
      const type = this.#types[i]!;
      if (feed instanceof OnnxArray && (feed.onGpu || feed.dtype === type)) fed[spec.name] = feed.tensor;
      else {
        const numbers = ArrayBuffer.isView(feed) ? feed : feed instanceof OnnxArray ? await feed.read() : undefined;
        if (numbers === undefined) throw new UserError('runtime.feed', `run: input ${spec.name} holds an array of another executor`);
        fed[spec.name] = new ort.Tensor(type, narrowNumbers(numbers, type, spec.name) as never, spec.shape);
      }
    }
    for (const draw of this.#draws) fed[draw.name] = await drawn(draw, feeds[draw.key]!);
    let made: ort.InferenceSession.ReturnType;
    try {
      made = await this.#session.run(fed);
    } catch (error) {
      throw runtimeFailure(error, this.#device);
    }
    return Object.fromEntries(this.#outputs.map(({ name, onnxName, shape, dtype }) => [name, new MadeArray(made[onnxName] as ort.Tensor, shape, dtype)]));
  }

  dispose(): Promise<void> {
    return releaseSession(this.#session, this.#device);
  }
}

function staysOnGpu(graph: Graph, name: string, { shape, dtype }: { shape: readonly number[]; dtype: DType }): boolean {
  const taker = graph.inputs.find((spec) => spec.name === name);
  return taker?.dtype === dtype && String(taker.shape) === String(shape) && sizeOf(shape) > 0;
}

function narrowNumbers(numbers: TypedArray, type: DType, name: string): TypedArray {
  if (!(numbers instanceof BigInt64Array) || type === 'int64') return numbers;
  checkInt32(numbers, 'the GPU', `input ${name}`);
  return toTypedArray(numbers, 'int32');
}

/** Random words for every key that is fed. */
async function drawn({ shape, draw }: HostDraw, feed: Feed): Promise<ort.Tensor> {
  const keys = ArrayBuffer.isView(feed) ? feed : await feed.read();
  const count = shape.at(-1)!;
  const out = new Int32Array(sizeOf(shape));
  for (let i = 0; i < keys.length / 2; i++) out.set(draw([Number(keys[2 * i]), Number(keys[2 * i + 1])]), i * count);
  return new ort.Tensor('int32', out, shape);
}
