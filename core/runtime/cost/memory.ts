import { constantData, type Graph, input, isFloat, loopPlan, loopReaders, sizeOf, bytesPerElement, type Tensor } from '#core/graph';
import { executionOrder } from './execution-order';
import { bytesOf, isFree } from './node-cost';

/** Bytes that a program holds while it runs. */
export interface MemoryEstimate {
  /** What is fed. */
  readonly inputs: number;
  /** What is given back; a training step's new state stands beside the old one. */
  readonly outputs: number;
  readonly constants: number;
  /** The most that is alive at once on the way. */
  readonly intermediates: number;
  /** All together. */
  readonly total: number;
  /** The tensor computed when the most was alive, and the largest ones alive with it, largest first. */
  readonly largest: readonly Tensor[];
}

/** Counts what is alive at each moment of a run. */
export function memoryOf(graph: Graph): MemoryEstimate {
  const results = [...new Set(graph.outputs.map(({ tensor }) => tensor))];
  const inputs = graph.inputs.reduce((total, { shape, dtype }) => total + sizeOf(shape) * bytesPerElement(dtype), 0);
  const outputs = graph.outputs.reduce((total, { tensor }) => total + tensor.size * bytesPerElement(tensor.dtype), 0);
  const given = new Set(graph.inputs.map(({ name, shape, dtype }) => input(name, shape, dtype)));
  const { peak, largest, constants } = liveness(results, given);
  return { inputs, outputs, constants, intermediates: peak, total: inputs + outputs + constants + peak, largest };
}

/** Elementwise results may take the place of an operand that nothing reads any more. */
const inPlace = new Set(['add', 'sub', 'mul', 'div', 'neg', 'relu', 'tanh', 'sigmoid', 'exp', 'log', 'sqrt', 'abs', 'clip', 'maximum', 'minimum', 'reluGrad', 'softplus', 'erf', 'square', 'reciprocal']);

interface Liveness {
  readonly peak: number;
  readonly largest: readonly Tensor[];
  readonly constants: number;
}

/** @param elsewhere tensors whose memory is counted elsewhere, besides the results' own */
function liveness(results: readonly Tensor[], elsewhere: ReadonlySet<Tensor>): Liveness {
  const order = executionOrder(results);
  const readers = loopReaders(order);
  const owner = new Map<Tensor, Tensor>();
  const lastUse = new Map<Tensor, number>();
  order.forEach((node, at) => {
    const view = isFree(node) && node.inputs.length > 0 && !node.op.startsWith('loop');
    const source = node.op === 'checkpointOutput' ? node.inputs[0]!.inputs[node.attributes['index'] as number]! : node.inputs[0];
    owner.set(node, view ? owner.get(source!)! : node);
    for (const x of node.inputs) lastUse.set(owner.get(x)!, at);
  });
  const kept = new Set(results.map((x) => owner.get(x)!));
  const dying = new Map<number, Tensor[]>();
  for (const [x, at] of lastUse) dying.set(at, [...(dying.get(at) ?? []), x]);

  const alive = new Map<Tensor, number>();
  let [now, peak, constants] = [0, 0, 0];
  let largest: readonly Tensor[] = [];
  const allocate = (x: Tensor, bytes: number): void => {
    if (kept.has(x) || elsewhere.has(x) || alive.has(x)) return;
    alive.set(x, bytes);
    now += bytes;
  };
  order.forEach((node, at) => {
    let passing = 0;
    const read = readers.get(node);
    if (read !== undefined) {
      const { next, stacks, inputs, length, results: places } = loopPlan(node, read);
      passing = liveness([...next, ...stacks], new Set(inputs)).peak + 2 * next.reduce((total, x) => total + bytesOf(x), 0);
      for (const [reader, place] of places) allocate(reader, place < next.length ? bytesOf(reader) : length * bytesOf(stacks[place - next.length]!));
    } else if (node.op === 'constant') {
      constants += constantData(node).byteLength;
    } else if (owner.get(node) === node && !isFree(node)) {
      const heir = inPlace.has(node.op) && isFloat(node.dtype)
        ? node.inputs.map((x) => owner.get(x)!).find((x) => alive.has(x) && lastUse.get(x) === at && alive.get(x) === bytesOf(node))
        : undefined;
      if (heir !== undefined && !kept.has(node)) {
        alive.delete(heir);
        alive.set(node, bytesOf(node));
      } else allocate(node, bytesOf(node));
    }
    if (now + passing > peak) {
      peak = now + passing;
      largest = [...alive].sort((a, b) => b[1] - a[1]).slice(0, 3).map(([x]) => x);
    }
    for (const x of dying.get(at) ?? []) {
      now -= alive.get(x) ?? 0;
      alive.delete(x);
    }
    // What nobody reads (a result kept elsewhere aside) is gone at once.
    if (!lastUse.has(node) && alive.has(node) && readers.size === 0) {
      now -= alive.get(node)!;
      alive.delete(node);
    }
  });
  return { peak, largest, constants };
}
