import { symmetricEigen } from '#core/curvature';
import { eigenvalueText } from '../describe';
import { innerProduct } from '../directions';
import type { AxisEigenvalue } from '../given';
import type { Plane } from '../plane';
import { centreGram } from '../principal';
import type { LandscapeProblem } from '../problem';
import { RESIDUAL, TRACE_INTERVAL } from '../curvature-recipe';
import { findHoles } from '../holes';
import { finiteExtent, notConverged, progressOf, type Surface } from '../surface';
import { spoken, type TrustCheck } from './check';

/** A corner at ±1 of filter-normalised directions lies about as many norms away as the square root of their number; a little beyond that it is another network. */
const LARGEST_MOVE = 1.06;
/** Steps of float32 that a picture's height should span. */
const LEAST_STEPS = 1000;
const EPSILON = 2 ** -23;
/** Part of what a random walk leaves out of the picture that a path may leave out of it. */
const LARGEST_REST = 5 / 6;

/** How far the weights that move have gone at the picture's farthest corner, against their own norm. */
export function rangeCheck({ parameters }: Pick<LandscapeProblem, 'parameters'>, { directions }: Pick<Plane, 'directions'>, { x, y, z }: Pick<Surface, 'x' | 'y' | 'z'>): TrustCheck {
  const names = Object.keys(parameters).filter((name) => directions.some((direction) => direction[name] !== undefined));
  const weights = Object.fromEntries(names.map((name) => [name, parameters[name]!.data]));
  const gram = directions.map((a) => directions.map((b) => innerProduct(a, b)));
  const ends = [x, y, z].slice(0, directions.length).map((axis) => [axis![0]!, axis!.at(-1)!]);
  const corners = ends.reduce<number[][]>((before, pair) => before.flatMap((corner) => pair.map((end) => [...corner, end])), [[]]);
  const squared = (corner: readonly number[]): number => corner.reduce((sum, u, i) => sum + corner.reduce((part, v, j) => part + u * v * gram[i]![j]!, 0), 0);
  const own = innerProduct(weights, weights);
  const limit = LARGEST_MOVE * Math.sqrt(directions.length);
  const about = { name: 'range', title: 'Range', limit } as const;
  if (own === 0) return { ...about, passed: null, figure: null, says: 'The weights that move are all zero: there is no norm to measure the range by. Compare planes by the height of their loss.' };
  const figure = Math.sqrt(Math.max(...corners.map(squared)) / own);
  const passed = figure <= limit;
  const found = `At the farthest corner the weights have moved by ${spoken(figure)} times their own norm`;
  return { ...about, passed, figure, says: passed ? `${found}.` : `${found}: that is another network. Choose a smaller range.` };
}

/** Points where the network returned no finite value. */
export function holesCheck(surface: Surface): TrustCheck {
  const { count, points, says } = findHoles(surface);
  return { name: 'holes', title: 'Finite values', passed: count === 0, figure: count / points, limit: 0, says: count === 0 ? 'Every point has a finite value.' : says };
}

/**
 * A step of float32 at the largest of these heights.
 *
 * @param rounding of one example's loss, however small that is
 */
export function floatStep(values: Float64Array, rounding: number): number {
  const extent = finiteExtent(values);
  return extent ? Math.max(...extent.map(Math.abs)) * EPSILON + rounding : rounding;
}

/** Whether float32 can tell the picture's heights apart. @param step of float32 at them */
export function resolutionCheck(values: Float64Array, step: number): TrustCheck | undefined {
  const extent = finiteExtent(values);
  if (extent === undefined) return undefined;
  const about = { name: 'resolution', title: 'Resolution', limit: 1 } as const;
  const height = extent[1] - extent[0];
  if (height === 0) return { ...about, passed: false, figure: null, says: `Every point has the same loss, ${spoken(extent[0])}: there is no picture. Choose a larger range.` };
  const figure = (step * LEAST_STEPS) / height;
  const passed = figure <= 1;
  const steps = `${spoken(height / step)} steps of float32`;
  return { ...about, passed, figure, says: passed ? `The picture's height is ${steps}.` : `The picture's height is only ${steps}: what looks rough may be rounding. Choose a larger range.` };
}

/**
 * Share of the variance that the first `axes` principal components of random walks hold which begin together, of so many checkpoints each, in many dimensions. Of one walk
 * the k-th of `n - 1` components has `1 / sin^2(pi k / 2n)` of it, since the centred products of its places are the pseudo-inverse of a path graph's Laplacian; of a long one `6 / (pi k)^2`
 * of the whole (Antognini and Sohl-Dickstein 2018).
 */
export function randomWalkShare(checkpoints: readonly number[], axes: number): number {
  const n = checkpoints.reduce((sum, length) => sum + length, 0);
  if (checkpoints.length === 1) {
    const parts = Array.from({ length: n - 1 }, (_, k) => 1 / Math.sin((Math.PI * (k + 1)) / (2 * n)) ** 2);
    return sumOf(parts.slice(0, axes)) / sumOf(parts);
  }
  const places = checkpoints.flatMap((length, walk) => Array.from({ length }, (_, step) => ({ walk, step })));
  const products = Float64Array.from({ length: n * n }, (_, at) => {
    const [a, b] = [places[Math.floor(at / n)]!, places[at % n]!];
    return a.walk === b.walk ? Math.min(a.step, b.step) : 0;
  });
  const { values } = symmetricEigen(centreGram(products, n), n);
  return sumOf(values.slice(-axes)) / sumOf(values);
}

const sumOf = (values: ArrayLike<number>): number => Array.from(values).reduce((sum, value) => sum + value, 0);

/** How much of the paths of so many checkpoints the plane of their principal directions holds: more than of random walks? */
export function varianceCheck(explained: readonly number[], checkpoints: readonly number[]): TrustCheck {
  const figure = sumOf(explained);
  const axes = explained.length;
  const space = axes === 3 ? 'volume' : 'plane';
  const walk = randomWalkShare(checkpoints, axes);
  const limit = 1 - LARGEST_REST * (1 - walk);
  const about = { name: 'variance', title: 'Path in the plane', limit } as const;
  const count = sumOf(checkpoints);
  if (count <= axes + 1) {
    return { ...about, passed: null, figure, says: `Any ${count} checkpoints lie in one ${space}, whatever their path: keep more of them (training.checkpointEvery) to see its shape.` };
  }
  const passed = figure >= limit;
  const share = `The ${space} holds ${spoken(100 * figure)} % of the path's variance`;
  const walks = `a random walk of as many checkpoints in many dimensions reaches ${spoken(100 * walk)} %`;
  return {
    ...about,
    passed,
    figure,
    says: passed ? `${share}; ${walks}.` : `${share}; ${walks}. The path's shape in this picture says little: read the losses beside it, which are true, and not its turns.`,
  };
}

/** Whether the top eigenvalues that are shown are eigenvalues: absent where none were computed. */
export function convergenceCheck(surface: Surface): TrustCheck | undefined {
  const residuals = surface.values[RESIDUAL];
  const { tolerance, maxIterations } = surface.recipe.curvature ?? {};
  if (residuals === undefined || tolerance === undefined) return undefined;
  const { count, worst } = notConverged(surface);
  const points = progressOf(surface).total;
  return {
    name: 'convergence',
    title: 'Eigenvalues',
    passed: count === 0,
    figure: count / points,
    limit: 0,
    says: count === 0
      ? `Every top eigenvalue is known to within ${spoken(100 * tolerance)} % of the largest.`
      : `${count} of ${points} top eigenvalues did not converge within ${maxIterations} iterations (residual up to ${spoken(100 * worst)} %): allow more iterations.`,
  };
}

/** Part of the picture's height that the interval of a trace may have. */
const WIDEST_TRACE = 0.25;

/** Whether the shape of the trace is more than the noise of its probes: absent where none were computed. */
export function traceCheck(surface: Surface): TrustCheck | undefined {
  const [traces, intervals] = [surface.values['trace'], surface.values[TRACE_INTERVAL]];
  const extent = traces && finiteExtent(traces);
  if (traces === undefined || extent === undefined || intervals === undefined) return undefined;
  const widest = finiteExtent(intervals)?.[1] ?? 0;
  const height = extent[1] - extent[0];
  const about = { name: 'trace', title: 'Trace', limit: WIDEST_TRACE } as const;
  if (height <= floatStep(traces, 0) * LEAST_STEPS) {
    return { ...about, passed: null, figure: null, says: `The trace is ${spoken(extent[1])} at every point to within ${LEAST_STEPS} steps of float32: there is no shape of it to doubt.` };
  }
  const figure = widest / height;
  const passed = figure <= WIDEST_TRACE;
  const found = `The 95 % interval of the trace is at most ±${spoken(100 * figure)} % of its picture's height`;
  return { ...about, passed, figure, says: passed ? `${found}.` : `${found}: spend more products at each point.` };
}

/** Whether the axes are eigenvectors: the search for them ended with residuals below its tolerance. */
export function eigenvectorsCheck(eigenvalues: readonly AxisEigenvalue[], tolerance: number): TrustCheck {
  const scale = Math.max(...eigenvalues.map(({ value }) => Math.abs(value)));
  const figure = scale === 0 ? 0 : Math.max(...eigenvalues.map(({ residual }) => residual)) / scale;
  const passed = eigenvalues.every(({ converged }) => converged);
  const found = `${eigenvalues.map(eigenvalueText).join('; ')}: the largest residual is ${spoken(100 * figure)} % of the largest eigenvalue`;
  return {
    name: 'eigenvectors',
    title: 'Eigenvectors found',
    passed,
    figure,
    limit: tolerance,
    says: passed ? `${found}.` : `${found}, so the axes are mixtures of eigenvectors. Allow more iterations, or a larger tolerance.`,
  };
}

/** Said of a plane whose directions follow from the network: another seed gives the same ones. */
export const notDrawn = (what: string): TrustCheck => ({
  name: 'repeatability',
  title: 'Other directions',
  passed: null,
  figure: null,
  limit: 0,
  says: `${what} not drawn by chance, so there are no others to compare with.`,
});
