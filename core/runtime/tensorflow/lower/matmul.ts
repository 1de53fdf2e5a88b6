import { expandDims, isFloat, mul, sum, type Tensor, transpose, range } from '#core/graph';
import type { LoweringTable, PlanBuilder, Slot } from '../plan';

/** The kernels repeat a lone matrix over a batch, but do not broadcast axis by axis. */
function repeated(x: Tensor, slot: Slot, batch: readonly number[], p: PlanBuilder): Slot {
  const own = x.shape.slice(0, -2);
  return own.every((n) => n === 1) || String(own) === String(batch) ? slot : p.broadcast(slot, x.shape, [...batch, ...x.shape.slice(-2)]);
}

/**
 * The WebAssembly kernel keeps what it prepared of a lone right matrix under the address of its memory, whatever shape that is read in
 * the next time; a reshaped matrix shares its memory, so it gets a copy of its own.
 */
function unshared(x: Tensor, slot: Slot, p: PlanBuilder): Slot {
  if (p.backend !== 'wasm' || x.op !== 'reshape' || x.shape.slice(0, -2).some((n) => n !== 1)) return slot;
  return p.emit('Slice', { x: slot }, { begin: x.shape.map(() => 0), size: [...x.shape] });
}

const swapped = (x: Tensor): Tensor => transpose(x, [...range(x.rank - 2), x.rank - 1, x.rank - 2]);

export const matmul: LoweringTable = {
  matmul(node, [left, right], p) {
    const [a, b] = node.inputs as [Tensor, Tensor];
    const { transposeA, transposeB } = node.attributes as { transposeA: boolean; transposeB: boolean };
    // No backend multiplies integer matrices; a sum of products is exact.
    if (!isFloat(node.dtype)) {
      const rows = expandDims(transposeA ? swapped(a) : a, a.rank);
      const columns = expandDims(transposeB ? swapped(b) : b, b.rank - 2);
      return p.lower(sum(mul(rows, columns), -2));
    }
    const batch = node.shape.slice(0, -2);
    return p.emit('BatchMatMul', { a: repeated(a, left!, batch, p), b: repeated(b, unshared(b, right!, p), batch, p) }, { transposeA, transposeB });
  },
};
