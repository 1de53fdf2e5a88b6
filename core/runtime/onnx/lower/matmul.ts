import { isFloat, type Tensor } from '#core/graph';
import type { LoweringTable, OnnxBuilder } from '../builder';

/** `op(A) op(B) + bias` of matrices as one `Gemm`. */
export function gemmNode(node: Tensor, b: OnnxBuilder, bias?: Tensor): string {
  const inputs = [...node.inputs, ...(bias === undefined ? [] : [bias])].map((x) => b.lower(x));
  return b.emit('Gemm', inputs, { transA: Number(node.attributes['transposeA']), transB: Number(node.attributes['transposeB']) });
}

function swapped(x: Tensor, name: string, b: OnnxBuilder): string {
  const perm = [...Array(x.rank - 2).keys(), x.rank - 1, x.rank - 2];
  return b.emit('Transpose', [name], { perm });
}

export const matmul: LoweringTable = {
  matmul(node, [left, right], b) {
    const [a, c] = node.inputs as [Tensor, Tensor];
    const { transposeA, transposeB } = node.attributes as { transposeA: boolean; transposeB: boolean };
    if (a.rank === 2 && c.rank === 2 && isFloat(node.dtype) && node.size > 0) return gemmNode(node, b);
    if (!transposeA && !transposeB) return b.emit('MatMul', [left!, right!]);
    if (!b.portable && node.dtype === 'float32' && a.rank > 2 && c.rank > 2) {
      const flags = { transA: Number(transposeA), transB: Number(transposeB) };
      return b.emit('FusedMatMul', [left!, right!], flags, { domain: 'com.microsoft' });
    }
    return b.emit('MatMul', [transposeA ? swapped(a, left!, b) : left!, transposeB ? swapped(c, right!, b) : right!]);
  },
};
