import type { Vector } from '../operators/operator';
import { norm, projectOut, scale } from './vectors';

/**
 * Makes `w` orthogonal to orthonormal vectors to working precision; a second pass where the first one cancelled much
 * (Daniel, Gragg, Kaufman, Stewart 1976). Gives the norm that is left.
 */
export function orthogonalizeAgainst(w: Vector, basis: readonly Vector[]): number {
  let before = norm(w);
  for (let pass = 0; pass < 3; pass++) {
    projectOut(w, basis);
    const after = norm(w);
    if (after > Math.SQRT1_2 * before || after === 0) return after;
    before = after;
  }
  return before;
}

/** An orthonormal basis of what the vectors span: vectors that add nothing (less than `tolerance` of their length) are left out. */
export function orthonormalize(vectors: readonly Vector[], tolerance = 1e-6): Vector[] {
  const basis: Vector[] = [];
  for (const vector of vectors) {
    const w = vector.slice();
    const before = norm(w);
    if (!(before > 0)) continue;
    scale(w, 1 / before);
    const left = orthogonalizeAgainst(w, basis);
    if (left <= tolerance) continue;
    scale(w, 1 / left);
    basis.push(w);
  }
  return basis;
}
