import { constantData, loopPlan, type LoopPlan, loopReaders, type Tensor, topologicalOrder } from '#core/graph';
import { missingRule } from '../missing-rule';
import { conv } from './conv';
import { elementwise } from './elementwise';
import { indexing } from './indexing';
import { layout } from './layout';
import { matmul } from './matmul';
import { pool } from './pool';
import { reductions } from './reduce';
import type { KernelTable, Numbers } from './value';

const kernels: KernelTable = { ...elementwise, ...matmul, ...conv, ...pool, ...layout, ...reductions, ...indexing };

/** Ops that need no kernel: sources, loops and checkpoints with their results. */
const known = new Set(['input', 'scalar', 'constant', 'loop', 'loopFinal', 'loopStack', 'checkpoint', 'checkpointOutput']);

/** Nodes in the order in which they are computed, with the plan of each loop among them. */
export interface Sequence {
  readonly order: readonly Tensor[];
  readonly loops: ReadonlyMap<Tensor, { readonly plan: LoopPlan; readonly body: Sequence }>;
}

/** @throws UserError when an op has no kernel */
export function sequenceOf(outputs: readonly Tensor[]): Sequence {
  const order = topologicalOrder(outputs);
  const unknown = order.find(({ op }) => kernels[op] === undefined && !known.has(op));
  if (unknown !== undefined) throw missingRule('reference', unknown);
  const loops = [...loopReaders(order)].map(([loop, readers]) => {
    const plan = loopPlan(loop, readers);
    return [loop, { plan, body: sequenceOf([...plan.next, ...plan.stacks]) }] as const;
  });
  return { order, loops: new Map(loops) };
}

/** Computes every node of a sequence into `values`, which holds those of its inputs. */
export function interpret(sequence: Sequence, values: Map<Tensor, Numbers>): void {
  for (const node of sequence.order) {
    if (values.has(node)) continue;
    if (node.op === 'checkpoint') continue;
    if (node.op === 'checkpointOutput') {
      values.set(node, values.get(node.inputs[0]!.inputs[node.attributes['index'] as number]!)!);
      continue;
    }
    const inputs = node.inputs.map((x) => values.get(x)!);
    const loop = sequence.loops.get(node);
    if (loop === undefined) values.set(node, evaluate(node, inputs));
    else runLoop(loop, inputs, values);
  }
}

function evaluate(node: Tensor, inputs: readonly Numbers[]): Numbers {
  if (node.op === 'scalar') return Float64Array.of(node.attributes['value'] as number);
  if (node.op === 'constant') return Float64Array.from(constantData(node) as ArrayLike<number>, Number);
  return kernels[node.op]!(node, inputs);
}

/** Runs a loop and sets what its readers read. */
function runLoop({ plan, body }: { plan: LoopPlan; body: Sequence }, inputs: readonly Numbers[], values: Map<Tensor, Numbers>): void {
  const { length, reverse, consts, carries, sequences, next, stacks, results } = plan;
  const bodyInput = (i: number): Tensor => plan.inputs[i]!;
  let carried = carries.map((i) => inputs[i]!);
  const stacked = stacks.map((of) => new Float64Array(length * of.size));
  for (let step = 0; step < length; step++) {
    const t = reverse ? length - 1 - step : step;
    const own = new Map<Tensor, Numbers>(consts.map((i) => [bodyInput(i), inputs[i]!]));
    carries.forEach((i, k) => own.set(bodyInput(i), carried[k]!));
    for (const i of sequences) own.set(bodyInput(i), inputs[i]!.subarray(t * bodyInput(i).size, (t + 1) * bodyInput(i).size));
    interpret(body, own);
    carried = next.map((x) => own.get(x)!);
    stacks.forEach((of, k) => stacked[k]!.set(own.get(of)!, t * of.size));
  }
  const all = [...carried, ...stacked];
  for (const [reader, place] of results) values.set(reader, all[place]!);
}
