import { apply } from '../apply';
import { loopPlan, loopReaders } from '../loop-plan';
import { substitute, topologicalOrder } from '../order';
import type { Tensor } from '../tensor';

/** `outputs` with every loop written out step by step, for executors that have none. */
export function unrollLoops(outputs: readonly Tensor[]): Tensor[] {
  const order = topologicalOrder(outputs);
  const readers = loopReaders(order);
  if (readers.size === 0) return [...outputs];
  const values = new Map<Tensor, Tensor>();
  for (const node of order) {
    if (values.has(node)) continue;
    const inputs = node.inputs.map((x) => values.get(x)!);
    const read = readers.get(node);
    if (read !== undefined) for (const [reader, value] of steps(node, inputs, read)) values.set(reader, value);
    else values.set(node, inputs.every((x, i) => x === node.inputs[i]) ? node : apply(node.op, inputs, node.attributes));
  }
  return outputs.map((x) => values.get(x)!);
}

/** What each reader of a loop reads, written out. */
function steps(loop: Tensor, inputs: readonly Tensor[], readers: readonly Tensor[]): Map<Tensor, Tensor> {
  const plan = loopPlan(loop, readers);
  const { length, reverse, carries, next } = plan;
  const body = unrollLoops([...next, ...plan.stacks]);
  const stacked: Tensor[][] = plan.stacks.map(() => []);
  let carried = carries.map((i) => inputs[i]!);
  for (let step = 0; step < length; step++) {
    const t = reverse ? length - 1 - step : step;
    const values = new Map(plan.consts.map((i) => [plan.inputs[i]!, inputs[i]!]));
    carries.forEach((i, k) => values.set(plan.inputs[i]!, carried[k]!));
    for (const i of plan.sequences) values.set(plan.inputs[i]!, element(inputs[i]!, t));
    const results = substitute(body, values);
    carried = results.slice(0, next.length);
    results.slice(next.length).forEach((x, k) => (stacked[k]![t] = x));
  }
  const stacks = stacked.map((rows) => apply('concat', rows.map((x) => apply('reshape', [x], { shape: [1, ...x.shape] })), { axis: 0 }));
  const all = [...carried, ...stacks];
  return new Map([...plan.results].map(([reader, place]) => [reader, all[place]!]));
}

function element(x: Tensor, t: number): Tensor {
  const row = apply('slice', [x], { starts: [t, ...x.shape.slice(1).map(() => 0)], ends: [t + 1, ...x.shape.slice(1)], steps: x.shape.map(() => 1) });
  return apply('reshape', [row], { shape: x.shape.slice(1) });
}
