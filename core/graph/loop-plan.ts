import { topologicalOrder } from './order';
import { type Loop } from './ops/loop';
import type { Tensor } from './tensor';

/** What of a loop has to run for those who read it. Numbers are places among the loop's inputs. */
export interface LoopPlan {
  readonly length: number;
  readonly reverse: boolean;
  readonly consts: readonly number[];
  readonly carries: readonly number[];
  readonly sequences: readonly number[];
  /** Inputs of the body, by the same places. */
  readonly inputs: readonly Tensor[];
  /** The carries anew, in the order of `carries`. */
  readonly next: readonly Tensor[];
  /** Tensors of the body that are stacked. */
  readonly stacks: readonly Tensor[];
  /** For each reader: the place of its result among `[...next, ...stacks]`. */
  readonly results: ReadonlyMap<Tensor, number>;
}

/** Readers of each loop among the nodes of a graph. */
export function loopReaders(order: readonly Tensor[]): Map<Tensor, Tensor[]> {
  const readers = new Map<Tensor, Tensor[]>();
  for (const node of order) {
    if (node.op !== 'loopFinal' && node.op !== 'loopStack') continue;
    const [loop] = node.inputs as [Tensor];
    readers.set(loop, [...(readers.get(loop) ?? []), node]);
  }
  return readers;
}

/** The part of a loop that its readers need: carries that influence no result do not run. */
export function loopPlan(loop: Tensor, readers: readonly Tensor[]): LoopPlan {
  const { body, length, reverse, consts, carries } = loop.attributes as Loop;
  const stacks = [...new Set(readers.flatMap((node) => (node.op === 'loopStack' ? [node.attributes['of'] as Tensor] : [])))];
  const finals = readers.flatMap((node) => (node.op === 'loopFinal' ? [node.attributes['index'] as number] : []));
  const alive = new Set(finals);
  let used: Set<Tensor>;
  for (;;) {
    used = new Set(topologicalOrder([...[...alive].map((i) => body.outputs[i]!), ...stacks]));
    const late = body.outputs.flatMap((_, i) => (!alive.has(i) && used.has(body.inputs[consts + i]!) ? [i] : []));
    if (late.length === 0) break;
    for (const i of late) alive.add(i);
  }
  const live = [...alive].sort((a, b) => a - b);
  const places = body.inputs.flatMap((x, i) => (used.has(x) ? [i] : []));
  const results = new Map(readers.map((node) => [
    node,
    node.op === 'loopFinal' ? live.indexOf(node.attributes['index'] as number) : live.length + stacks.indexOf(node.attributes['of'] as Tensor),
  ]));
  return {
    length,
    reverse,
    consts: places.filter((i) => i < consts),
    carries: live.map((i) => consts + i),
    sequences: places.filter((i) => i >= consts + carries),
    inputs: body.inputs,
    next: live.map((i) => body.outputs[i]!),
    stacks,
    results,
  };
}
