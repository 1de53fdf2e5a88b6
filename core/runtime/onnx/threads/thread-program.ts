import type { InferenceSession } from 'onnxruntime-node';
import { type DType, type Graph, sizeOf, type TypedArray, UserError } from '#core/graph';
import { checkFeed, checkNoStrangers } from '../../feeds';
import { runtimeFailure } from '../failure';
import { outputName } from '../lower-graph';
import type { DeviceArray, Feed, Program } from '../../program';
import type { ComputeThread } from './compute-thread';
import type { ThreadFeed } from './messages';

/** A program in a compute thread; its results stay there until they are read. */
export class ThreadProgram implements Program {
  private constructor(
    readonly graph: Graph,
    private readonly thread: ComputeThread,
    private readonly program: number,
  ) {}

  static async load(thread: ComputeThread, model: Uint8Array, graph: Graph, options: InferenceSession.SessionOptions): Promise<ThreadProgram> {
    const program = thread.nextProgram();
    const outputs = graph.outputs.map(({ name, tensor: { dtype, shape, size } }) => ({ onnxName: outputName(graph, name), dtype, shape, size }));
    await asked(thread.ask({ kind: 'load', program, model, options, outputs }));
    return new ThreadProgram(graph, thread, program);
  }

  async run(feeds: Readonly<Record<string, Feed>>): Promise<Record<string, DeviceArray>> {
    checkNoStrangers(this.graph, feeds);
    const fed: Record<string, ThreadFeed> = {};
    for (const spec of this.graph.inputs) {
      const feed = checkFeed(spec, feeds[spec.name], sizeOf(spec.shape));
      if (feed instanceof ThreadArray && feed.thread === this.thread) fed[spec.name] = { array: feed.number };
      // A part of a larger array would be sent with all of it.
      else if (ArrayBuffer.isView(feed)) fed[spec.name] = { data: feed.byteLength === feed.buffer.byteLength ? feed : feed.slice(), dtype: spec.dtype, shape: spec.shape };
      else throw new UserError('runtime.feed', `run: input ${spec.name} holds an array of another executor`);
    }
    const first = (await asked(this.thread.ask({ kind: 'run', program: this.program, feeds: fed }))) as number;
    return Object.fromEntries(this.graph.outputs.map(({ name, tensor }, i) => [name, new ThreadArray(this.thread, first + i, tensor.shape, tensor.dtype)]));
  }

  async dispose(): Promise<void> {
    await this.thread.ask({ kind: 'release', program: this.program });
  }
}

/** Numbers in a compute thread. */
class ThreadArray implements DeviceArray {
  #disposed = false;

  constructor(
    readonly thread: ComputeThread,
    private readonly place: number,
    readonly shape: readonly number[],
    readonly dtype: DType,
  ) {}

  get number(): number {
    if (this.#disposed) throw new Error('this array was disposed of');
    return this.place;
  }

  async read(): Promise<TypedArray> {
    return (await asked(this.thread.ask({ kind: 'read', array: this.number }))) as TypedArray;
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    // A thread that has ended holds nothing, and has said so.
    this.thread.ask({ kind: 'drop', array: this.place }).catch(() => undefined);
  }
}

async function asked(answer: Promise<unknown>): Promise<unknown> {
  try {
    return await answer;
  } catch (error) {
    throw runtimeFailure(error, 'cpu');
  }
}
