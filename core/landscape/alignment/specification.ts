import { type Graph, type Tensor, topologicalOrder, UserError } from '#core/graph';
import type { LandscapeProblem } from '../problem';
import { traceProblem } from '../traced-problem';
import { type Axis, expand, fixedAxis, freeAxis, type Label } from './axes';
import { labelsOf } from './rules';

/** A factor of a tensor's shape: `group` tells which permutation reorders it; absent where the order stays. */
export interface AxisFactor {
  readonly size: number;
  readonly group?: number;
}

/**
 * Which units of a network can change places without changing its function (Ainsworth, Hayase, Srinivasa 2023, "Git Re-Basin", appendix on
 * permutation specifications). Axes with one number are reordered by one permutation: a layer's outputs, its BatchNorm and the inputs of the next;
 * everything that is added across a skip connection.
 */
export interface PermutationSpecification {
  /** Length of each permutation. */
  readonly groups: readonly number[];
  /** By name of a parameter or buffer: its shape as factors, slowest first. A flattened picture is one axis of two factors. */
  readonly tensors: Readonly<Record<string, readonly AxisFactor[]>>;
  /** Parameters that hold axes which an op keeps from being reordered, and the op. */
  readonly kept: readonly { readonly name: string; readonly op: string }[];
}

/** Orders that no network could give up: those of its data, of places in a picture, of a constant. */
const natural = new Set(['data', 'place', 'constant']);

/**
 * Derives the specification from the network's own graph, by following every axis through its ops.
 *
 * @throws UserError `alignment.none` when no unit can change places
 */
export function permutationSpecification(problem: LandscapeProblem): PermutationSpecification {
  const graph = traceProblem(problem);
  const labels = followAxes(graph);
  const groups: Axis[] = [];
  const tensors: Record<string, AxisFactor[]> = {};
  const kept: { name: string; op: string }[] = [];
  const parameters = Object.keys(problem.parameters);
  for (const [name, { shape }] of Object.entries({ ...problem.parameters, ...problem.buffers })) {
    const own = labels.get(`${name in problem.parameters ? 'parameters' : 'buffers'}.${name}`) ?? shape.map((size) => fixedAxis(size, 'constant'));
    tensors[name] = own.flatMap(expand).map((axis) => {
      if (axis.fixed !== undefined) {
        if (!natural.has(axis.fixed) && parameters.includes(name) && kept.at(-1)?.name !== name) kept.push({ name, op: axis.fixed });
        return { size: axis.size };
      }
      if (!groups.includes(axis)) groups.push(axis);
      return { size: axis.size, group: groups.indexOf(axis) };
    });
  }
  if (groups.length === 0) {
    const ops = [...new Set(kept.map(({ op }) => op))];
    throw new UserError('alignment.none', `no units of this network can be matched: ${ops.length > 0 ? `their order is fixed by ${ops.join(', ')}` : 'it has no hidden layer'}`, {
      hint: 'Recurrent cells, convolutions in groups and unshared filters are not aligned. Ask for the path without alignment.',
    });
  }
  return { groups: groups.map(({ size }) => size), tensors, kept };
}

function followAxes(graph: Graph): Map<string, readonly Label[]> {
  const named = new Map<string, readonly Label[]>();
  const labels = new Map<Tensor, readonly Label[]>();
  for (const node of topologicalOrder(graph.outputs.map(({ tensor }) => tensor))) {
    if (node.op !== 'input') {
      labels.set(node, labelsOf(node, node.inputs.map((input) => labels.get(input)!)));
      continue;
    }
    const name = node.attributes['name'] as string;
    const own = node.shape.map((size) => (name.startsWith('batch.') ? fixedAxis(size, 'data') : freeAxis(size)));
    labels.set(node, own);
    named.set(name, own);
  }
  return named;
}
