import { cornerSteps, tetrahedra, type VolumeField } from './field';

/**
 * Share of the box in which the field lies below the level: the sub-level set's volume over that of the box, exact for the field that is
 * linear on each tetrahedron (the volume that its iso-surface encloses). Holes count as above.
 */
export function shareBelow({ counts, values }: VolumeField, level: number): number {
  const [nx, ny, nz] = counts;
  const steps = cornerSteps(counts);
  const four = new Float64Array(4);
  let sum = 0;
  for (let layer = 0; layer + 1 < nz; layer++) {
    for (let row = 0; row + 1 < ny; row++) {
      let base = (layer * ny + row) * nx;
      for (let column = 0; column + 1 < nx; column++, base++) {
        let [lowest, highest] = [Infinity, -Infinity];
        for (const step of steps) {
          const value = values[base + step]!;
          // A comparison with NaN is false: a hole makes the cell one that is looked at closely.
          lowest = value < lowest ? value : lowest;
          highest = value <= highest ? highest : Number.isNaN(value) ? Infinity : value;
        }
        if (lowest >= level) continue;
        if (highest < level) {
          sum += 6;
          continue;
        }
        for (const corners of tetrahedra) {
          for (let i = 0; i < 4; i++) four[i] = values[base + steps[corners[i]!]!]!;
          sum += tetrahedronShare(four, level);
        }
      }
    }
  }
  return sum / (6 * (nx - 1) * (ny - 1) * (nz - 1));
}

/** Share of a tetrahedron in which a linear function with these values at its corners lies below the level; 0 with a hole at a corner. */
function tetrahedronShare(corners: Float64Array, level: number): number {
  if (!corners.every(Number.isFinite)) return 0;
  const [a, b, c, d] = corners.sort() as unknown as [number, number, number, number];
  if (level <= a) return 0;
  if (level >= d) return 1;
  if (level <= b) return (level - a) ** 3 / ((b - a) * (c - a) * (d - a));
  if (level >= c) return 1 - (d - level) ** 3 / ((d - a) * (d - b) * (d - c));
  // A wedge between the edge a b and the four points of the cut, taken apart into three tetrahedra.
  const [p, q, r, s] = [(level - a) / (c - a), (level - a) / (d - a), (level - b) / (c - b), (level - b) / (d - b)];
  return p * q * (1 - s) + p * (1 - r) * s + r * s;
}
