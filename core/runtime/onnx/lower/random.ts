import { toTypedArray } from '#core/graph';
import type { LoweringTable, OnnxBuilder } from '../builder';
import { onnxTypes } from '../model';

const MASK = 0xffffffff;

/**
 * Philox 4x32-10 in uint64 arithmetic: the product of two 32-bit words fills all 64 bits, its high word is had by a shift, its
 * low word by a mask. ONNX has no 32-bit product with both words.
 */
export const random: LoweringTable = {
  randomBits(node, [key], b) {
    const { count, stream, width } = node.attributes as { count: number; stream: number; width: 16 | 32 };
    const leading = node.shape.slice(0, -1);
    const wanted = width === 16 ? Math.ceil(count / 2) : count;
    const blocks = Math.ceil(wanted / 4);
    const masked = (x: string): string => b.emit('BitwiseAnd', [x, b.unsigned(MASK)]);
    const xor = (x: string, y: string): string => b.emit('BitwiseXor', [x, y]);
    const high = (x: string): string => b.emit('BitShift', [x, b.unsigned(32)], { direction: 'RIGHT' });
    const unsigned = (x: string): string => b.emit('Cast', [x], { to: onnxTypes.uint64 });

    // int64 first: a negative word keeps its bits.
    const words = masked(unsigned(b.emit('Cast', [key!], { to: onnxTypes.int64 })));
    const keyWord = (i: number): string => b.emit('Slice', [words, b.ints([i]), b.ints([i + 1]), b.ints([leading.length])]);
    let k0 = keyWord(0);
    let k1 = keyWord(1);
    let c0 = unsigned(b.array(toTypedArray(Array.from({ length: blocks }, (_, i) => i), 'int64'), [blocks], 'int64'));
    let c1 = b.unsigned(stream);
    let c2 = b.unsigned(0);
    let c3 = b.unsigned(0);
    for (let round = 0; round < 10; round++) {
      const p0 = b.emit('Mul', [c0, b.unsigned(0xd2511f53)]);
      const p1 = b.emit('Mul', [c2, b.unsigned(0xcd9e8d57)]);
      [c0, c1, c2, c3] = [xor(high(p1), xor(c1, k0)), masked(p1), xor(high(p0), xor(c3, k1)), masked(p0)];
      k0 = masked(b.emit('Add', [k0, b.unsigned(0x9e3779b9)]));
      k1 = masked(b.emit('Add', [k1, b.unsigned(0xbb67ae85)]));
    }
    const drawn = interleave([c0, c1, c2, c3], leading, wanted, b);
    if (width === 32) return b.emit('Cast', [drawn], { to: onnxTypes.int64 });
    const shifted = b.emit('BitShift', [drawn, b.unsigned(16)], { direction: 'RIGHT' });
    const halves = [shifted, b.emit('BitwiseAnd', [drawn, b.unsigned(0xffff)])].map((x) => b.emit('Cast', [x], { to: onnxTypes.int64 }));
    return cut(b.emit('Concat', halves, { axis: leading.length }), leading.length, 2 * wanted, count, b);
  },
};

/** The words of all blocks, one block behind the other: the first `count` of them. */
function interleave(words: readonly string[], leading: readonly number[], count: number, b: OnnxBuilder): string {
  const blocks = Math.ceil(count / 4);
  const column = b.ints([...leading, blocks, 1]);
  const full = words.map((word) => b.emit('Reshape', [b.emit('Expand', [word, b.ints([...leading, blocks])]), column]));
  const all = b.emit('Reshape', [b.emit('Concat', full, { axis: leading.length + 1 }), b.ints([...leading, 4 * blocks])]);
  return cut(all, leading.length, 4 * blocks, count, b);
}

const cut = (x: string, axis: number, length: number, count: number, b: OnnxBuilder): string =>
  count === length ? x : b.emit('Slice', [x, b.ints([0]), b.ints([count]), b.ints([axis])]);
