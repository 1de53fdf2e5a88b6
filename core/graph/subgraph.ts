import { scalarValue } from './apply';
import { input } from './ops/source';
import { substitute, topologicalOrder } from './order';
import type { Tensor } from './tensor';

/**
 * A closed function that a node carries with it, such as the body of a loop. Its inputs have standard names (`#0`, `#1`, ...),
 * so that equal functions are one object and nodes that carry them merge. Its tensors never stand in a graph outside.
 */
export class Subgraph {
  /** Made by `closedSubgraph` only. */
  constructor(
    readonly inputs: readonly Tensor[],
    readonly outputs: readonly Tensor[],
  ) {}
}

const table = new Map<string, WeakRef<Subgraph>>();
let sweepAt = 1 << 10;

/** The input `#place` of every subgraph that has an input like `x` there. */
const standardInput = (x: Tensor, place: number): Tensor => input(`#${place}`, x.shape, x.dtype);

/** Which input of its subgraph `x` is. */
export function subgraphPlace(x: Tensor): number | undefined {
  const name = x.op === 'input' ? (x.attributes['name'] as string) : '';
  return name.startsWith('#') ? Number(name.slice(1)) : undefined;
}

/** The function from `inputs` (stand-ins) to `outputs`, which need nothing else. Also takes further tensors along, in `others`. */
export function closedSubgraph(inputs: readonly Tensor[], outputs: readonly Tensor[], others: readonly Tensor[] = []): { subgraph: Subgraph; others: Tensor[] } {
  const standard = inputs.map(standardInput);
  const closed = substitute([...outputs, ...others], new Map(inputs.map((x, i) => [x, standard[i]!])));
  const results = closed.slice(0, outputs.length);
  const key = `${standard.map(({ id }) => id).join()}|${results.map(({ id }) => id).join()}`;
  let subgraph = table.get(key)?.deref();
  if (subgraph === undefined) {
    const stranger = topologicalOrder(closed).find((x) => x.op === 'input' && !standard.includes(x));
    if (stranger !== undefined) throw new Error(`a subgraph needs ${stranger}, which is not among its inputs`);
    subgraph = new Subgraph(standard, results);
    table.set(key, new WeakRef(subgraph));
    if (table.size >= sweepAt) sweep();
  }
  return { subgraph, others: closed.slice(outputs.length) };
}

function sweep(): void {
  for (const [key, reference] of table) if (reference.deref() === undefined) table.delete(key);
  sweepAt = Math.max(1 << 10, table.size * 2);
}

/** All tensors that depend on one of `roots`, the roots included, among those that `outputs` need. */
export function dependents(outputs: readonly Tensor[], roots: readonly Tensor[]): Set<Tensor> {
  const found = new Set(roots);
  for (const x of topologicalOrder(outputs)) if (x.inputs.some((y) => found.has(y))) found.add(x);
  return found;
}

/**
 * What a function reads besides its arguments: the largest parts of `outputs` that depend on none of `args`. Scalar constants
 * are not counted; they stay inside.
 */
export function outsideReads(outputs: readonly Tensor[], args: readonly Tensor[]): Tensor[] {
  const moving = dependents(outputs, args);
  const found = new Set<Tensor>();
  const read = (x: Tensor): void => {
    if (!moving.has(x) && scalarValue(x) === undefined) found.add(x);
  };
  for (const node of topologicalOrder(outputs)) if (moving.has(node)) node.inputs.forEach(read);
  outputs.forEach(read);
  return [...found];
}
