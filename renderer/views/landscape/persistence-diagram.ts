import type { SurfaceTopology } from '#host-client';

/** A point of the persistence diagram. */
export interface Feature {
  readonly kind: 'valley' | 'ring';
  readonly birth: number;
  readonly death: number;
  /** Whether it counts as noise at this threshold, a share of the picture's height. */
  shallow(threshold: number): boolean;
}

/** The features with an end, as points of the diagram; those that never end have no place in it. */
export function diagramOf({ dimension, birthHeight, deathHeight }: SurfaceTopology['pairs']): Feature[] {
  const ends = Array.from(deathHeight.keys()).filter((i) => Number.isFinite(deathHeight[i]));
  const heights = ends.flatMap((i) => [birthHeight[i] ?? 0, deathHeight[i] ?? 0]);
  const span = Math.max(...heights) - Math.min(...heights);
  return ends.map((i) => {
    const [birth, death] = [birthHeight[i] ?? 0, deathHeight[i] ?? 0];
    return { kind: dimension[i] === 0 ? 'valley' : 'ring', birth, death, shallow: (threshold) => Math.abs(death - birth) <= threshold * span };
  });
}
