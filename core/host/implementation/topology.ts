import type { Topology } from '#core/landscape';
import type { SurfaceTopology } from '../contract';

/** A topology as it crosses the contract: pairs as columns. */
export function toTopology({ pairs, points, tree, basins, ruggedness, heights }: Topology): SurfaceTopology {
  const height = (vertex: number | undefined): number => (vertex === undefined ? Infinity : heights[vertex]!);
  return {
    pairs: {
      dimension: Int32Array.from(pairs, ({ dimension }) => dimension),
      birth: Int32Array.from(pairs, ({ birth }) => birth),
      death: Int32Array.from(pairs, ({ death }) => death ?? -1),
      persistence: Float64Array.from(pairs, ({ persistence }) => persistence),
      birthHeight: Float64Array.from(pairs, ({ birth }) => height(birth)),
      deathHeight: Float64Array.from(pairs, ({ death }) => height(death)),
    },
    points: points.map((point) => ({ ...point })),
    tree: tree.map(({ vertex, value, children }) => ({ vertex, value, children: [...children] })),
    basins: basins.map(({ minimum, x, y, value, level, limit, area, share, volume }) => ({ minimum, x, y, value, level, limit, area, share, volume })),
    ruggedness,
  };
}
