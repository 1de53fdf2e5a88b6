import { type Graph, input, isFloat, scalarValue, type Tensor, topologicalOrder, type TypedArray, unrollLoops } from '#core/graph';
import { compile } from './compile';
import { bytesOf, isFree } from './cost/node-cost';
import { prepare } from './prepare';
import type { CompileOptions } from './program';

/** What an op read: its name or the op that made it, its shape, and the range of its numbers. */
export interface ReadRange {
  readonly name: string;
  readonly shape: readonly number[];
  readonly low: number;
  readonly high: number;
}

/** The first op of a run that made a NaN or an infinity out of finite numbers. */
export interface NonFinite {
  /** The op, or `input` where a number that was fed is not finite itself. */
  readonly op: string;
  readonly shape: readonly number[];
  /** What it made first, and how many of its numbers are not finite. */
  readonly value: number;
  readonly count: number;
  readonly reads: readonly ReadRange[];
  /** The inputs of the graph that it depends on most directly, nearest first. */
  readonly near: readonly string[];
  /** The outputs of the graph that depend on it, in order. */
  readonly reaches: readonly string[];
}

/** Bytes of results that are looked at in one run. */
const AT_ONCE = 2 ** 28;

/**
 * Runs a graph with every result on the way looked at, on the device on which it went wrong, and finds the first op that made a NaN
 * or an infinity. Undefined where every number is finite.
 */
export async function firstNonFinite(given: Graph, feeds: Readonly<Record<string, TypedArray>>, options: CompileOptions): Promise<NonFinite | undefined> {
  const prepared = prepare(given, options.device);
  const tensors = unrollLoops(prepared.outputs.map(({ tensor }) => tensor));
  const graph: Graph = { inputs: prepared.inputs, outputs: prepared.outputs.map(({ name }, i) => ({ name, tensor: tensors[i]! })) };
  for (const { name, shape, dtype } of graph.inputs) {
    const fed = feeds[name];
    if (fed !== undefined && isFloat(dtype) && broken(fed) !== undefined) return described(graph, input(name, shape, dtype), fed, new Map());
  }
  const nodes = topologicalOrder(tensors).filter((node) => isFloat(node.dtype) && node.inputs.length > 0 && !isFree(node));
  const wrong = await firstMaker(nodes, graph, feeds, options);
  if (wrong === undefined) return undefined;
  const computed = [wrong, ...wrong.inputs.filter((x) => x.op !== 'input' && scalarValue(x) === undefined)];
  const results = await resultsOf([...new Set(computed)], graph, feeds, options);
  for (const x of wrong.inputs) {
    const known = x.op === 'input' ? feeds[x.attributes['name'] as string] : results.get(x) ?? Float64Array.of(scalarValue(x)!);
    if (known !== undefined) results.set(x, known);
  }
  return described(graph, wrong, results.get(wrong)!, results);
}

/**
 * The first node that made a number that is not finite out of finite ones. Infinities may be meant (a mask of -infinity), so where all
 * were handed on, it is the first that made a NaN.
 */
async function firstMaker(nodes: readonly Tensor[], graph: Graph, feeds: Readonly<Record<string, TypedArray>>, options: CompileOptions): Promise<Tensor | undefined> {
  const found = new Map<Tensor, number>();
  const isMeant = (x: Tensor): boolean => found.has(x) || (scalarValue(x) !== undefined && !Number.isFinite(scalarValue(x)));
  for (const batch of inBatches(nodes)) {
    const values = await resultsOf(batch, graph, feeds, options);
    for (const node of batch) {
      const value = broken(values.get(node)!);
      if (value === undefined) continue;
      if (!node.inputs.some((x) => isMeant(sourceOf(x)))) return node;
      found.set(node, value);
    }
  }
  return [...found].find(([, value]) => Number.isNaN(value))?.[0];
}

/** What a view is a view of. */
function sourceOf(x: Tensor): Tensor {
  let source = x;
  while (isFree(source) && scalarValue(source) === undefined && source.inputs.length > 0) source = source.inputs[0]!;
  return source;
}

function* inBatches(nodes: readonly Tensor[]): Generator<Tensor[]> {
  let batch: Tensor[] = [];
  let bytes = 0;
  for (const node of nodes) {
    if (batch.length > 0 && bytes + bytesOf(node) > AT_ONCE) {
      yield batch;
      [batch, bytes] = [[], 0];
    }
    batch.push(node);
    bytes += bytesOf(node);
  }
  if (batch.length > 0) yield batch;
}

async function resultsOf(nodes: readonly Tensor[], { inputs }: Graph, feeds: Readonly<Record<string, TypedArray>>, options: CompileOptions): Promise<Map<Tensor, TypedArray>> {
  const program = await compile({ inputs, outputs: nodes.map((tensor, i) => ({ name: `result ${i}`, tensor })) }, options);
  try {
    const arrays = await program.run(feeds);
    return new Map(await Promise.all(nodes.map(async (node, i) => [node, await arrays[`result ${i}`]!.read()] as const)));
  } finally {
    await program.dispose();
  }
}

/** The first number that is not finite. */
function broken(numbers: TypedArray): number | undefined {
  for (const value of numbers) if (typeof value === 'number' && !Number.isFinite(value)) return value;
  return undefined;
}

function described(graph: Graph, node: Tensor, numbers: TypedArray, results: ReadonlyMap<Tensor, TypedArray>): NonFinite {
  let count = 0;
  for (const value of numbers) if (!Number.isFinite(Number(value))) count++;
  return {
    op: node.op,
    shape: node.shape,
    value: broken(numbers)!,
    count,
    reads: node.inputs.map((x) => ({ name: nameOf(x), shape: x.shape, ...rangeOf(results.get(x)) })),
    near: node.op === 'input' ? [nameOf(node)] : nearestInputs(node),
    reaches: graph.outputs.filter(({ tensor }) => topologicalOrder([tensor]).includes(node)).map(({ name }) => name),
  };
}

const nameOf = (x: Tensor): string => (x.op === 'input' ? (x.attributes['name'] as string) : x.op);

function rangeOf(numbers: TypedArray | undefined): { low: number; high: number } {
  let [low, high] = [Infinity, -Infinity];
  for (const each of numbers ?? []) {
    const value = Number(each);
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return { low, high };
}

/** Names of graph inputs, those with the fewest ops between first. */
function nearestInputs(node: Tensor): string[] {
  const names: string[] = [];
  const seen = new Set<Tensor>();
  for (let level: Tensor[] = [node]; level.length > 0 && names.length < 12; level = [...new Set(level.flatMap(({ inputs }) => inputs))].filter((x) => !seen.has(x))) {
    for (const x of level) {
      seen.add(x);
      if (x.op === 'input') names.push(nameOf(x));
    }
  }
  return names;
}
