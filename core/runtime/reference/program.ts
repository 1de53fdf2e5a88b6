import {
  constantData,
  type DType,
  type Graph,
  isFloat,
  sizeOf,
  type Tensor,
  topologicalOrder,
  toTypedArray,
  type TypedArray,
} from '#core/graph';
import { checkFeed, checkNoStrangers } from '../feeds';
import { missingRule } from '../missing-rule';
import type { DeviceArray, Feed, Program } from '../program';
import { conv } from './conv';
import { elementwise } from './elementwise';
import { indexing } from './indexing';
import { layout } from './layout';
import { matmul } from './matmul';
import { pool } from './pool';
import { reductions } from './reduce';
import type { KernelTable, Numbers } from './value';

const kernels: KernelTable = { ...elementwise, ...matmul, ...conv, ...pool, ...layout, ...reductions, ...indexing };

/** Ops without inputs, which need no kernel. */
const sources = new Set(['input', 'scalar', 'constant']);

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

/** Runs a graph with plain loops in float64, whatever the tensors' nominal type: slow, clear, and the judge of the others. */
export class ReferenceProgram implements Program {
  readonly #order: readonly Tensor[];

  constructor(readonly graph: Graph) {
    this.#order = topologicalOrder(graph.outputs.map(({ tensor }) => tensor));
    const unknown = this.#order.find(({ op }) => kernels[op] === undefined && !sources.has(op));
    if (unknown !== undefined) throw missingRule('reference', unknown);
  }

  run(feeds: Readonly<Record<string, Feed>>): Promise<Record<string, DeviceArray>> {
    return new Promise((resolve) => resolve(this.#run(feeds)));
  }

  #run(feeds: Readonly<Record<string, Feed>>): Record<string, DeviceArray> {
    checkNoStrangers(this.graph, feeds);
    const fed = new Map<string, Numbers>();
    for (const spec of this.graph.inputs) {
      const feed = checkFeed(spec, feeds[spec.name], sizeOf(spec.shape), true);
      if (feed instanceof ReferenceArray) fed.set(spec.name, feed.numbers);
      else if (ArrayBuffer.isView(feed)) fed.set(spec.name, Float64Array.from(feed as ArrayLike<number>, Number));
      else throw new Error(`run: input ${spec.name} holds an array of another executor`);
    }
    const values = new Map<Tensor, Numbers>();
    for (const node of this.#order) values.set(node, evaluate(node, node.inputs.map((x) => values.get(x)!), fed));
    return Object.fromEntries(
      this.graph.outputs.map(({ name, tensor }) => [name, new ReferenceArray(values.get(tensor)!, tensor.shape, tensor.dtype)]),
    );
  }

  dispose(): Promise<void> {
    return Promise.resolve();
  }
}

function evaluate(node: Tensor, inputs: readonly Numbers[], fed: ReadonlyMap<string, Numbers>): Numbers {
  if (node.op === 'input') return fed.get(node.attributes['name'] as string)!;
  if (node.op === 'scalar') return Float64Array.of(node.attributes['value'] as number);
  if (node.op === 'constant') return Float64Array.from(constantData(node) as ArrayLike<number>, Number);
  return kernels[node.op]!(node, inputs);
}
