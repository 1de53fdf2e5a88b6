import { type DType, type Graph, input, isFloat, sizeOf, type Tensor, toTypedArray, type TypedArray } from '#core/graph';
import { checkFeed, checkNoStrangers } from '../feeds';
import type { DeviceArray, Feed, Program } from '../program';
import { interpret, type Sequence, sequenceOf } from './interpret';
import type { Numbers } from './value';

class ReferenceArray implements DeviceArray {
  constructor(
    readonly numbers: Numbers,
    readonly shape: readonly number[],
    readonly dtype: DType,
  ) {}

  read(): Promise<TypedArray> {
    return Promise.resolve(isFloat(this.dtype) ? this.numbers.slice() : toTypedArray(this.numbers, this.dtype));
  }

  dispose(): void {
    // The garbage collector has it.
  }
}

/** Milliseconds of work after which other work of the process gets its turn: messages, a stop among them, wait until then. */
const TURN = 50;

/** When other work had its turn last; the programs of a process share its one thread. */
let since = performance.now();

/** Runs a graph with plain loops in float64, whatever the tensors' nominal type: slow, clear, and the judge of the others. */
export class ReferenceProgram implements Program {
  readonly #sequence: Sequence;

  constructor(readonly graph: Graph) {
    this.#sequence = sequenceOf(graph.outputs.map(({ tensor }) => tensor));
  }

  async run(feeds: Readonly<Record<string, Feed>>): Promise<Record<string, DeviceArray>> {
    if (performance.now() - since > TURN) {
      await new Promise((resolve) => setImmediate(resolve));
      since = performance.now();
    }
    return this.#run(feeds);
  }

  #run(feeds: Readonly<Record<string, Feed>>): Record<string, DeviceArray> {
    checkNoStrangers(this.graph, feeds);
    const values = new Map<Tensor, Numbers>();
    for (const spec of this.graph.inputs) {
      const feed = checkFeed(spec, feeds[spec.name], sizeOf(spec.shape), true);
      const node = input(spec.name, spec.shape, spec.dtype);
      if (feed instanceof ReferenceArray) values.set(node, feed.numbers);
      else if (ArrayBuffer.isView(feed)) values.set(node, Float64Array.from(feed as ArrayLike<number>, Number));
      else throw new Error(`run: input ${spec.name} holds an array of another executor`);
    }
    interpret(this.#sequence, values);
    return Object.fromEntries(
      this.graph.outputs.map(({ name, tensor }) => [name, new ReferenceArray(values.get(tensor)!, tensor.shape, tensor.dtype)]),
    );
  }

  dispose(): Promise<void> {
    return Promise.resolve();
  }
}
