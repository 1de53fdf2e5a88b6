import { isFloat, type Tensor } from '#core/graph';
import type { LoweringTable, OnnxBuilder } from '../builder';
import type { Sum } from '../fusion';
import { productOfTurned } from '../layouts/turned';

/** `op(A) op(B)` of matrices as one `Gemm`, with what is added to it. */
export function gemmNode(node: Tensor, b: OnnxBuilder, fusion?: Sum): string {
  const factors = node.inputs.map((x) => b.lower(x));
  if (fusion?.descent !== undefined) {
    const smaller = node.inputs[0]!.size <= node.inputs[1]!.size ? 0 : 1;
    factors[smaller] = b.emit('Mul', [factors[smaller]!, b.emit('Neg', [b.lower(fusion.descent)])]);
  }
  const flags = { transA: Number(node.attributes['transposeA']), transB: Number(node.attributes['transposeB']) };
  return b.emit('Gemm', fusion === undefined ? factors : [...factors, b.lower(fusion.addend)], flags);
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
    const ofTurned = productOfTurned(node, b);
    if (ofTurned !== undefined) return ofTurned;
    if (!transposeA && !transposeB) return b.emit('MatMul', [left!, right!]);
    if (!b.portable && node.dtype === 'float32' && node.rank > 2) {
      const flags = { transA: Number(transposeA), transB: Number(transposeB) };
      return b.emit('FusedMatMul', [left!, right!], flags, { domain: 'com.microsoft' });
    }
    return b.emit('MatMul', [transposeA ? swapped(a, left!, b) : left!, transposeB ? swapped(c, right!, b) : right!]);
  },
};
