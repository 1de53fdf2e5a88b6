import { type Graph, input, loopReaders, opDefinition, substitute, type Tensor, topologicalOrder, valuesOnly } from '#core/graph';
import { bytesOf, isFree } from '../cost/node-cost';
import { inputsFirst } from '../inputs-first';

/** One of several graphs that together compute a whole one, each from what is fed and what those before it gave. */
export interface Part {
  readonly graph: Graph;
  /** Names of what later parts read. */
  readonly carried: readonly string[];
  /** Names of what earlier parts gave and nothing reads any more. */
  readonly done: readonly string[];
}

/** So much longer than asked for a graph may be and stay whole. */
const SLACK = 1.5;
/** Share of a part's operations from which on it may end where little has to be carried over. */
const EARLIEST = 0.6;

/**
 * Cuts a graph into consecutive parts of at most `longest` floating-point operations (a single node that takes more is a part of its own). Where a part ends is decided by
 * the graph alone: its operations, and how many bytes are carried over. One part, the graph itself, where it is not much longer.
 */
export function cutGraph(graph: Graph, longest: number): Part[] {
  const whole: Part[] = [{ graph, carried: [], done: [] }];
  // What is quickly seen to be short needs no order.
  if (topologicalOrder(graph.outputs.map(({ tensor }) => tensor)).reduce((sum, node) => sum + operationsOf(node), 0) <= SLACK * longest) return whole;
  const outputs = valuesOnly(graph.outputs.map(({ tensor }) => tensor));
  const line = new Line(outputs);
  const ends = line.ends(longest);
  if (ends.length < 2) return whole;
  const results = graph.outputs.map(({ name }, i) => ({ name, tensor: outputs[i]! }));
  const nameOf = (node: Tensor): string => `part:${line.placeOf(node)}`;
  return ends.map((end, at) => {
    const begin = at === 0 ? 0 : ends[at - 1]!;
    const before = line.nodes.slice(0, begin).filter((node) => line.lastUse(node) >= begin);
    const carried = line.nodes.slice(begin, end).filter((node) => line.lastUse(node) >= end);
    const own = results.filter(({ tensor }) => partOfResult(line.readyAt(tensor), ends) === at);
    const stands = new Map(before.map((node) => [node, input(nameOf(node), node.shape, node.dtype)]));
    const wanted = [...carried.map((tensor) => ({ name: nameOf(tensor), tensor })), ...own];
    const tensors = substitute(wanted.map(({ tensor }) => tensor), stands);
    const fed = structuralOrder(tensors).filter(({ op }) => op === 'input');
    return {
      graph: {
        inputs: fed.map(({ attributes, shape, dtype }) => ({ name: attributes['name'] as string, shape, dtype })),
        outputs: wanted.map(({ name }, i) => ({ name, tensor: tensors[i]! })),
      },
      carried: carried.map(nameOf),
      done: before.filter((node) => line.lastUse(node) < end).map(nameOf),
    };
  });
}

const partOfResult = (ready: number, ends: readonly number[]): number => Math.max(0, ends.findIndex((end) => ready < end));

/** A loop has no value of its own; whoever reads it has. */
const loopReader = (x: Tensor): boolean => x.op === 'loopFinal' || x.op === 'loopStack';
const isView = (x: Tensor): boolean => isFree(x) && x.op !== 'loop' && !loopReader(x);
const operationsOf = (x: Tensor): number => (isView(x) || loopReader(x) ? 0 : (opDefinition(x.op).flops?.(x, x.attributes) ?? x.size));

/** Everything that computes something, in the order in which it can be: by the longest way from the inputs, so that nothing is kept for longer than it must be. */
class Line {
  readonly nodes: readonly Tensor[];
  readonly #places = new Map<Tensor, number>();
  readonly #lastUse = new Map<Tensor, number>();
  readonly #sources = new Map<Tensor, readonly Tensor[]>();

  constructor(outputs: readonly Tensor[]) {
    const order = structuralOrder(outputs);
    const depth = new Map<Tensor, number>();
    for (const node of order) depth.set(node, node.inputs.reduce((most, x) => Math.max(most, depth.get(x)! + (isView(node) ? 0 : 1)), 0));
    const rank = (node: Tensor): number => depth.get(node)!;
    const computing = order.filter((node) => !isView(node) && !loopReader(node)).sort((a, b) => rank(a) - rank(b));
    const readers = loopReaders(order);
    // Readers of a loop follow right behind it.
    this.nodes = computing.flatMap((node) => [node, ...(readers.get(node) ?? [])]);
    this.nodes.forEach((node, place) => this.#places.set(node, place));
    for (const [place, node] of this.nodes.entries()) for (const read of node.inputs.flatMap((x) => this.#sourcesOf(x))) this.#lastUse.set(read, place);
    // A result that is a view of something is made where that is, too.
    for (const output of outputs) for (const read of isView(output) ? this.#sourcesOf(output) : []) this.#lastUse.set(read, Math.max(this.lastUse(read), this.readyAt(output)));
  }

  placeOf(node: Tensor): number {
    return this.#places.get(node)!;
  }

  /** Place of the last node that reads it; -1: only results do. */
  lastUse(node: Tensor): number {
    return this.#lastUse.get(node) ?? -1;
  }

  /** Place of the last node that a value needs. */
  readyAt(x: Tensor): number {
    return Math.max(0, ...this.#sourcesOf(x).map((node) => this.placeOf(node)));
  }

  /** Places behind the last node of each part. */
  ends(longest: number): number[] {
    const bytes = this.#bytesBehind();
    const ends: number[] = [];
    for (let begin = 0; begin < this.nodes.length; begin = ends.at(-1)!) {
      let operations = 0;
      let best: number | undefined;
      let end = begin;
      for (; end < this.nodes.length; end++) {
        operations += operationsOf(this.nodes[end]!);
        if (operations > longest && end > begin) break;
        const mayEnd = operations >= EARLIEST * longest && !(this.nodes[end + 1] && loopReader(this.nodes[end + 1]!));
        if (mayEnd && (best === undefined || bytes[end]! <= bytes[best]!)) best = end;
      }
      ends.push(end === this.nodes.length || best === undefined ? this.#afterReaders(end) : best + 1);
    }
    return ends;
  }

  #afterReaders(end: number): number {
    let after = end;
    while (after < this.nodes.length && loopReader(this.nodes[after]!)) after++;
    return after;
  }

  /** Bytes that are carried over where a part ends with the node at a place. */
  #bytesBehind(): Float64Array {
    const change = new Float64Array(this.nodes.length + 1);
    for (const [place, node] of this.nodes.entries()) {
      const last = this.lastUse(node);
      if (last <= place) continue;
      change[place]! += bytesOf(node);
      change[last]! -= bytesOf(node);
    }
    let now = 0;
    return change.map((step) => (now += step));
  }

  /** What has to be computed for a value, where it is only another view of that. */
  #sourcesOf(x: Tensor): readonly Tensor[] {
    const known = this.#sources.get(x);
    if (known) return known;
    const found = isView(x) ? [...new Set(x.inputs.flatMap((read) => this.#sourcesOf(read)))] : [x];
    this.#sources.set(x, found);
    return found;
  }
}

/** Inputs before their users, by how the graph is made and not by when its tensors were. */
const structuralOrder = (outputs: readonly Tensor[]): Tensor[] => inputsFirst(outputs, ({ inputs }) => inputs);
