import { philoxHalves, philoxWords, type Tensor, type TypedArray, UserError } from '#core/graph';
import type { LoweringTable, PlanBuilder, Slot } from '../plan';

/** Draws on the host, for each key: TensorFlow.js has neither 32-bit products nor unsigned words. The keys are a few bytes. */
function drawn(node: Tensor, p: PlanBuilder, draw: (key: readonly [number, number]) => ArrayLike<number>): Slot {
  const count = node.shape.at(-1)!;
  return p.host([p.lower(node.inputs[0]!)], node.shape, 'int32', ([keys]: readonly TypedArray[]) => {
    const out = new Int32Array(node.size);
    for (let i = 0; i < node.size / Math.max(1, count); i++) out.set(draw([Number(keys![2 * i]), Number(keys![2 * i + 1])]), i * count);
    return out;
  });
}

/** Random words divided by `2^shift`. */
export function randomQuotient(words: Tensor, shift: number, p: PlanBuilder): Slot {
  const { count, stream } = words.attributes as { count: number; stream: number };
  return drawn(words, p, (key) => philoxWords(key, count, stream).map((word) => word >>> shift));
}

export const random: LoweringTable = {
  randomBits(node, _, p) {
    const { count, stream, width } = node.attributes as { count: number; stream: number; width: 16 | 32 };
    if (width === 16) return drawn(node, p, (key) => philoxHalves(key, count, stream));
    throw new UserError('tensorflow.int64', `${node}: TensorFlow.js has no 64-bit integers, and 32-bit words do not fit its signed ones`, {
      hint: 'divide the words by a power of two, as randomUniform does, or use the device cpu',
    });
  },
};
