import { apply } from '../apply';
import { opDefinition, type Batched, defineOp } from '../op';
import { topologicalOrder } from '../order';
import { sameShape, ShapeError } from '../shape';
import { closedSubgraph, type Subgraph, subgraphPlace } from '../subgraph';
import type { Tensor } from '../tensor';
import { loopJvp } from '../transforms/loop-jvp';
import { loopVjp } from '../transforms/loop-vjp';
import { batchTensors } from '../transforms/vmap-tensors';
import { spread } from './elementwise';
import { moveAxis } from './layout';
import { placeholder } from './source';

/**
 * A loop of `length` steps. Inputs: `consts` values that stay, `carries` first values of what is carried from step to step, and
 * sequences `[length, ...]` of which each step sees one slice (from the end with `reverse`). The body has the same inputs, the
 * sequences without their first axis, and gives the carries anew.
 *
 * The node has no value of its own: `loopFinal` reads a carry after the last step, `loopStack` stacks any tensor of the body
 * over the steps. What nobody reads, no executor computes, and all readers share one loop.
 */
export type Loop = {
  readonly body: Subgraph;
  readonly length: number;
  readonly consts: number;
  readonly carries: number;
  readonly reverse: boolean;
};

export const loopAttributes = (loop: Tensor): Loop => loop.attributes as Loop;

/** What a step sees of each input of the loop. */
function seen(inputs: readonly Tensor[], { consts, carries }: Loop): { shape: readonly number[]; dtype: Tensor['dtype'] }[] {
  return inputs.map(({ shape, dtype }, i) => ({ shape: i < consts + carries ? shape : shape.slice(1), dtype }));
}

defineOp<Loop>({
  name: 'loop',
  infer(inputs, loop) {
    const { body, length, consts, carries } = loop;
    if (inputs.length !== body.inputs.length) throw new Error(`loop: ${inputs.length} inputs for a body of ${body.inputs.length}`);
    seen(inputs, loop).forEach(({ shape, dtype }, i) => {
      const { shape: wanted, dtype: type } = body.inputs[i]!;
      if (dtype !== type || !sameShape(shape, wanted)) throw new ShapeError(`loop: input ${i} is ${inputs[i]!}, the body takes ${body.inputs[i]!}`);
    });
    body.outputs.forEach((next, i) => {
      const carry = body.inputs[consts + i]!;
      if (next.dtype !== carry.dtype || !sameShape(next.shape, carry.shape)) throw new ShapeError(`loop: carry ${i} is ${carry}, the body gives ${next}`);
    });
    if (inputs.slice(consts + carries).some((x) => x.shape[0] !== length)) throw new ShapeError(`loop: a sequence has not ${length} elements`);
    return { shape: [0], dtype: 'float32' };
  },
  several: { vjp: loopVjp, jvp: loopJvp },
  batch: (inputs, loop, size) => batchLoop(inputs, loop, size),
  flops: (_, { body, length }) =>
    length * topologicalOrder(body.outputs).reduce((total, x) => total + (opDefinition(x.op).flops?.(x, x.attributes) ?? x.size), 0),
});

/** The body of a batched loop: its batched inputs are recognised by their further axis. */
function batchLoop(inputs: readonly Batched[], { body, consts, carries, ...rest }: Loop, size: number): Tensor {
  const batched = inputs.map((input) => input.batched);
  for (;;) {
    const members = body.inputs.map((x, i) => (batched[i]! ? placeholder([size, ...x.shape], x.dtype) : x));
    const values = new Map(body.inputs.map((x, i) => [x, { value: members[i]!, batched: batched[i]! }]));
    const next = batchTensors(body.outputs, values, size);
    // A carry is batched from the first step on as soon as one step makes it so.
    const late = next.flatMap((x, i) => (x.batched && !batched[consts + i]! ? [consts + i] : []));
    if (late.length === 0) {
      const outputs = next.map((x, i) => (batched[consts + i]! ? spread(x, size) : x.value));
      const whole = inputs.map((input, i) => {
        if (!batched[i]!) return input.value;
        return i < consts + carries ? spread(input, size) : moveAxis(input.value, 0, 1);
      });
      return apply('loop', whole, { ...rest, consts, carries, body: closedSubgraph(members, outputs).subgraph });
    }
    for (const i of late) batched[i] = true;
  }
}

/** `rank` is the carry's, by which a batched one is recognised. */
defineOp<{ index: number; rank: number }>({
  name: 'loopFinal',
  readout: true,
  infer: ([loop], { index }) => loopAttributes(loop!).body.outputs[index]!,
  batch([loop], { index, rank }, size) {
    const y = loopFinal(loop!.value, index);
    return y.rank > rank ? y : spread({ value: y, batched: false }, size);
  },
  flops: () => 0,
});

/** Carry `index` of a loop after its last step. */
export const loopFinal = (loop: Tensor, index: number): Tensor =>
  apply('loopFinal', [loop], { index, rank: loopAttributes(loop).body.outputs[index]!.rank });

/** The values that `of`, a tensor of the loop's body, has in each step: `[length, ...of.shape]`. */
export const loopStack = (loop: Tensor, of: Tensor): Tensor => apply('loopStack', [loop], { of });

defineOp<{ of: Tensor }>({
  name: 'loopStack',
  readout: true,
  infer: ([loop], { of }) => ({ shape: [loopAttributes(loop!).length, ...of.shape], dtype: of.dtype }),
  batch([loop], { of }, size) {
    const { body } = loopAttributes(loop!.value);
    const values = new Map<Tensor, Batched>();
    for (const x of topologicalOrder([of])) {
      const place = subgraphPlace(x);
      if (place === undefined) continue;
      const value = body.inputs[place]!;
      values.set(x, { value, batched: value.rank > x.rank });
    }
    const [member] = batchTensors([of], values, size) as [Batched];
    const y = loopStack(loop!.value, member.value);
    return member.batched ? moveAxis(y, 1, 0) : spread({ value: y, batched: false }, size);
  },
  flops: () => 0,
});
