import type { Plane } from './plane';
import { planeName } from './population';
import type { LandscapeProblem } from './problem';

/** The weights of a plane as its programs take them. */
export interface PlaneFeeds {
  /** Names of the inputs that move. */
  readonly moving: ReadonlySet<string>;
  /** Their coefficients, stacked: the centre, then the directions. */
  readonly planes: Readonly<Record<string, Float32Array>>;
  /** Number of coefficients: 1 + number of directions. */
  readonly terms: number;
}

export function planeFeeds({ parameters }: Pick<LandscapeProblem, 'parameters'>, { directions }: Pick<Plane, 'directions'>): PlaneFeeds {
  const planes: Record<string, Float32Array> = {};
  const moving = new Set<string>();
  for (const [name, { data }] of Object.entries(parameters)) {
    if (directions.every((direction) => direction[name]?.every((value) => value === 0) ?? true)) continue;
    const stacked = new Float32Array(data.length * (1 + directions.length));
    stacked.set(data);
    directions.forEach((direction, k) => stacked.set(direction[name] ?? new Float32Array(data.length), data.length * (k + 1)));
    moving.add(`parameters.${name}`);
    planes[planeName(`parameters.${name}`)] = stacked;
  }
  return { moving, planes, terms: 1 + directions.length };
}

/**
 * Points `[n, terms - 1]` as the programs' coordinates `[population, terms]`, with a leading column of ones. Places that are left over
 * repeat the last point.
 */
export function coordinateFeed(coordinates: Float64Array, population: number, terms: number): Float32Array {
  const axes = terms - 1;
  const last = coordinates.length / axes - 1;
  const feed = new Float32Array(population * terms);
  for (let p = 0; p < population; p++) {
    feed[p * terms] = 1;
    for (let k = 1; k < terms; k++) feed[p * terms + k] = coordinates[Math.min(p, last) * axes + k - 1]!;
  }
  return feed;
}
