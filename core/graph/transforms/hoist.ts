import { substitute, topologicalOrder } from '../order';
import { input } from '../ops/source';
import type { Tensor } from '../tensor';
import type { Graph, GraphInput } from '../trace';

/** A graph in two parts: what does not depend on the varying inputs, to be computed once, and the rest. */
export interface HoistedGraph {
  /** Gives `still:N`, what `moving` reads besides the inputs. */
  readonly still: Graph;
  readonly moving: Graph;
}

/** Views that executors fold into their readers or make anew for little: kept is what lies under them. */
const views = new Set(['reshape', 'transpose', 'broadcastTo']);

/**
 * Splits a graph by whether a node depends on inputs that vary from run to run. A Hessian at fixed weights is multiplied
 * with many vectors: the forward pass and the gradient's own pass are the same for all of them.
 *
 * @param known what the still parts of other graphs give, as their outputs: this one's gives it too, under the same names, and what only this graph reads after it
 */
export function hoist(graph: Graph, varies: (name: string) => boolean, known: readonly Tensor[] = []): HoistedGraph {
  const outputs = graph.outputs.map(({ tensor }) => tensor);
  const order = topologicalOrder(outputs);
  const moving = new Set<Tensor>();
  const fed = new Set<Tensor>();
  for (const node of order) {
    if (node.op === 'input') {
      fed.add(node);
      if (varies(node.attributes['name'] as string)) moving.add(node);
    } else {
      if (node.inputs.some((read) => fed.has(read))) fed.add(node);
      if (node.inputs.some((read) => moving.has(read))) moving.add(node);
    }
  }
  const kept = new Map<Tensor, Tensor>();
  const give = (x: Tensor): unknown => kept.set(x, input(`still:${kept.size}`, x.shape, x.dtype));
  known.forEach(give);
  const keep = (read: Tensor): void => {
    let x = read;
    while (views.has(x.op)) x = x.inputs[0]!;
    // Inputs and constants are read where they are.
    if (x.op === 'input' || !fed.has(x) || moving.has(x) || kept.has(x)) return;
    give(x);
  };
  for (const node of order) if (moving.has(node)) node.inputs.forEach(keep);
  outputs.forEach(keep);
  const rest = substitute(outputs, kept);
  return {
    still: { inputs: inputsOf([...kept.keys()]), outputs: [...kept.keys()].map((tensor, i) => ({ name: `still:${i}`, tensor })) },
    moving: { inputs: inputsOf(rest), outputs: graph.outputs.map(({ name }, i) => ({ name, tensor: rest[i]! })) },
  };
}

const inputsOf = (outputs: readonly Tensor[]): GraphInput[] =>
  topologicalOrder(outputs)
    .filter(({ op }) => op === 'input')
    .map(({ attributes, shape, dtype }) => ({ name: attributes['name'] as string, shape, dtype }));
