import { type Tensor, toTypedArray } from '#core/graph';
import type { LoweringTable, OnnxBuilder } from '../builder';
import { onnxTypes } from '../model';

const MASK = 0xffffffff;

/**
 * Philox 4x32-10 in int64 arithmetic. A product of two 32-bit words fills all 64 bits; its high word is had by an unsigned
 * shift, its low word by a mask.
 */
export const random: LoweringTable = {
  randomBits(node, [key], b) {
    const { count, stream } = node.attributes as { count: number; stream: number };
    const leading = node.shape.slice(0, -1);
    const blocks = Math.ceil(count / 4);
    const int = (value: number): string => b.scalar(value, 'int64');
    const masked = (x: string): string => b.emit('BitwiseAnd', [x, int(MASK)]);
    const xor = (x: string, y: string): string => b.emit('BitwiseXor', [x, y]);

    const words = masked(b.emit('Cast', [key!], { to: onnxTypes.int64 }));
    const keyWord = (i: number): string => b.emit('Slice', [words, b.ints([i]), b.ints([i + 1]), b.ints([leading.length])]);
    let k0 = keyWord(0);
    let k1 = keyWord(1);
    let c0 = b.array(toTypedArray(Array.from({ length: blocks }, (_, i) => i), 'int64'), [blocks], 'int64');
    let c1 = int(stream);
    let c2 = int(0);
    let c3 = int(0);
    for (let round = 0; round < 10; round++) {
      const p0 = b.emit('Mul', [c0, int(0xd2511f53)]);
      const p1 = b.emit('Mul', [c2, int(0xcd9e8d57)]);
      [c0, c1, c2, c3] = [xor(xor(high(p1, b), c1), k0), masked(p1), xor(xor(high(p0, b), c3), k1), masked(p0)];
      k0 = masked(b.emit('Add', [k0, int(0x9e3779b9)]));
      k1 = masked(b.emit('Add', [k1, int(0xbb67ae85)]));
    }
    return interleave([c0, c1, c2, c3], node, leading, blocks, count, b);
  },
};

/** Upper 32 of 64 bits, as a number in `[0, 2^32)`. */
function high(product: string, b: OnnxBuilder): string {
  const unsigned = b.emit('Cast', [product], { to: onnxTypes.uint64 });
  const shift = b.unsigned(32);
  return b.emit('Cast', [b.emit('BitShift', [unsigned, shift], { direction: 'RIGHT' })], { to: onnxTypes.int64 });
}

function interleave(words: readonly string[], node: Tensor, leading: readonly number[], blocks: number, count: number, b: OnnxBuilder): string {
  const column = b.ints([...leading, blocks, 1]);
  const full = words.map((word) => b.emit('Reshape', [b.emit('Expand', [word, b.ints([...leading, blocks])]), column]));
  const all = b.emit('Reshape', [b.emit('Concat', full, { axis: leading.length + 1 }), b.ints([...leading, 4 * blocks])]);
  return count === 4 * blocks ? all : b.emit('Slice', [all, b.ints([0]), b.ints([count]), b.ints([node.rank - 1])]);
}
