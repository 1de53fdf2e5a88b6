import type { KernelTable } from './value';
import { broadcastStrides, forEachIndex, offset } from './value';

export const matmul: KernelTable = {
  matmul(node, [a, b]) {
    const { transposeA, transposeB } = node.attributes as { transposeA: boolean; transposeB: boolean };
    const [left, right] = node.inputs;
    const [rows, columns] = node.shape.slice(-2) as [number, number];
    const inner = left!.shape.at(transposeA ? -2 : -1)!;
    const batch = node.shape.slice(0, -2);
    // Strides in matrices; the leading axes of an operand that broadcasts repeat.
    const leftStrides = broadcastStrides(left!.shape.slice(0, -2), batch.length);
    const rightStrides = broadcastStrides(right!.shape.slice(0, -2), batch.length);
    const [aRow, aInner] = transposeA ? [1, rows] : [inner, 1];
    const [bInner, bColumn] = transposeB ? [1, inner] : [columns, 1];
    const out = new Float64Array(node.size);
    forEachIndex(batch, (index, matrix) => {
      const aAt = offset(index, leftStrides) * rows * inner;
      const bAt = offset(index, rightStrides) * inner * columns;
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < columns; j++) {
          let total = 0;
          for (let k = 0; k < inner; k++) total += a![aAt + i * aRow + k * aInner]! * b![bAt + k * bInner + j * bColumn]!;
          out[(matrix * rows + i) * columns + j] = total;
        }
      }
    });
    return out;
  },
};
