import { suggestion, UserError } from '#core/graph';
import { finiteExtent, interpolated, type Surface } from '../surface';
import { domainOf } from './domain';
import { type Basin, type MergeNode, mergeTree } from './merge-tree';
import { type PersistencePair, persistencePairs } from './persistence';

export type { Basin, MergeNode, PersistencePair };

export interface TopologyOptions {
  /** Heights are taken as they are, or as their decimal logarithm, as the picture shows them. */
  readonly scale: 'linear' | 'log';
  /** Features that are shallower, as a share of the picture's height, count as noise. */
  readonly threshold: number;
}

/** A point where the sublevel sets of the sampled surface change. */
export interface CriticalPoint {
  readonly kind: 'minimum' | 'saddle' | 'maximum';
  /** Grid index and plane coordinates. */
  readonly index: number;
  readonly x: number;
  readonly y: number;
  /** The quantity there (not its logarithm). */
  readonly value: number;
}

/** A basin with its extent in the plane. */
export interface MeasuredBasin extends Basin {
  readonly x: number;
  readonly y: number;
  /** Area of the basin in plane units, and its share of the picture. */
  readonly area: number;
  readonly share: number;
  /** Integral of `level - height` over the basin: plane units squared times units of the (scaled) height. */
  readonly volume: number;
}

/** Valleys, hills and passes of a sampled surface. */
export interface Topology extends TopologyOptions {
  /** All pairs, longest first, the shallow ones included; heights are on the scale that was asked for. */
  readonly pairs: readonly PersistencePair[];
  /** The critical points of the pairs above the threshold. */
  readonly points: readonly CriticalPoint[];
  readonly tree: readonly MergeNode[];
  /** Deepest floor first. */
  readonly basins: readonly MeasuredBasin[];
  /**
   * Ruggedness: the sum of all finite persistences over the height of the picture. 0 for a single bowl; it grows with every valley and hill
   * beside it, by its depth.
   */
  readonly ruggedness: number;
  /** Height of every vertex on the scale that was asked for; persistence and volumes are measured on it. */
  readonly heights: Float64Array;
}

/**
 * Topology of one quantity of a surface on its grid. All statements are about the samples: what lies between them is not seen.
 *
 * @throws UserError where the quantity has no finite value, or none above zero for a logarithmic scale
 */
export function surfaceTopology(surface: Pick<Surface, 'x' | 'y'>, quantity: Float64Array, options: TopologyOptions): Topology {
  const heights = options.scale === 'log' ? quantity.map((value) => (value > 0 ? Math.log10(value) : NaN)) : quantity;
  const extent = finiteExtent(heights);
  if (extent === undefined) throw new UserError('landscape.topology', 'the surface has no finite value, so it has no valleys either');
  const height = extent[1] - extent[0];
  const depth = options.threshold * height;
  const domain = domainOf(surface, heights);
  const pairs = persistencePairs(domain);
  const { nodes, basins } = mergeTree(domain, depth);
  const { x, y } = surface;
  const place = (index: number) => ({ x: x[index % x.length]!, y: y[Math.floor(index / x.length)]! });
  const cell = spacing(x) * spacing(y);
  return {
    ...options,
    heights,
    pairs,
    points: criticalPoints(pairs.filter(({ persistence }) => persistence > depth)).map(({ kind, index }) => ({ kind, index, ...place(index), value: quantity[index]! })),
    tree: nodes.map((node) => ({ ...node, value: quantity[node.vertex]! })),
    basins: basins.map((basin) => ({
      ...basin,
      ...place(basin.minimum),
      value: quantity[basin.minimum]!,
      level: options.scale === 'log' ? 10 ** basin.level : basin.level,
      area: basin.vertices * cell,
      share: basin.vertices / domain.ascending.length,
      volume: basin.depth * cell,
    })),
    ruggedness: height === 0 ? 0 : pairs.reduce((sum, { persistence }) => sum + (persistence < Infinity ? persistence : 0), 0) / height,
  };
}

/** The same of a surface's quantity by name; between points that were chosen it is interpolated, which adds no valley and no hill. @throws UserError where the surface has no such quantity */
export function quantityTopology(surface: Surface, quantity: string, options: TopologyOptions): Topology {
  if (surface.z !== undefined) {
    throw new UserError('landscape.topology.volume', 'valleys and passes are found in planes, this surface is a volume', { hint: 'Compute the plane of the same seed: its axes are the first two of the volume.' });
  }
  const values = surface.values[quantity];
  if (values === undefined) throw new UserError('landscape.topology', `the surface has no quantity "${quantity}": ${suggestion(quantity, Object.keys(surface.values))}`);
  return surfaceTopology(surface, interpolated({ ...surface, values: { [quantity]: values } }).values[quantity]!, options);
}

/** Each vertex once; a saddle that joins valleys may also close a ring. */
function criticalPoints(pairs: readonly PersistencePair[]): { kind: CriticalPoint['kind']; index: number }[] {
  const kinds = new Map<number, CriticalPoint['kind']>();
  for (const { dimension, birth, death } of pairs) {
    kinds.set(birth, dimension === 0 ? 'minimum' : 'saddle');
    if (death !== undefined) kinds.set(death, dimension === 0 ? 'saddle' : 'maximum');
  }
  return [...kinds].map(([index, kind]) => ({ index, kind }));
}

/** Distance of two grid lines; a line of points counts as one wide. */
const spacing = (axis: Float64Array): number => (axis.length > 1 ? (axis.at(-1)! - axis[0]!) / (axis.length - 1) : 1);
