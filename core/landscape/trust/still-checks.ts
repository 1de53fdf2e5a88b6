import { eigenvalueText } from '../describe';
import { innerProduct } from '../directions';
import type { AxisEigenvalue } from '../given';
import type { Plane } from '../plane';
import type { LandscapeProblem } from '../problem';
import { RESIDUAL, TRACE_INTERVAL } from '../curvature-recipe';
import { findHoles } from '../holes';
import { finiteExtent, notConverged, progressOf, type Surface } from '../surface';
import { spoken, type TrustCheck } from './check';

/** A filter-normalised plane's corner at ±1 lies about √2 norms away; beyond that it is another network. */
const LARGEST_MOVE = 1.5;
/** Steps of float32 that a picture's height should span. */
const LEAST_STEPS = 1000;
const EPSILON = 2 ** -23;
/** The k-th principal component of a high-dimensional random walk holds 6 / (pi k)^2 of its variance (Antognini and Sohl-Dickstein 2018): two 76 %, three 83 %. */
const RANDOM_WALK = { plane: 76, volume: 83 };
const LEAST_VARIANCE = { plane: 0.8, volume: 0.86 };

/** How far the weights that move have gone at the picture's farthest corner, against their own norm. */
export function rangeCheck({ parameters }: Pick<LandscapeProblem, 'parameters'>, { directions }: Pick<Plane, 'directions'>, { x, y, z }: Pick<Surface, 'x' | 'y' | 'z'>): TrustCheck {
  const names = Object.keys(parameters).filter((name) => directions.some((direction) => direction[name] !== undefined));
  const weights = Object.fromEntries(names.map((name) => [name, parameters[name]!.data]));
  const gram = directions.map((a) => directions.map((b) => innerProduct(a, b)));
  const ends = [x, y, z].slice(0, directions.length).map((axis) => [axis![0]!, axis!.at(-1)!]);
  const corners = ends.reduce<number[][]>((before, pair) => before.flatMap((corner) => pair.map((end) => [...corner, end])), [[]]);
  const squared = (corner: readonly number[]): number => corner.reduce((sum, u, i) => sum + corner.reduce((part, v, j) => part + u * v * gram[i]![j]!, 0), 0);
  const farthest = Math.max(...corners.map(squared));
  const figure = Math.sqrt(farthest / innerProduct(weights, weights));
  const passed = figure <= LARGEST_MOVE;
  return {
    name: 'range',
    title: 'Range',
    passed,
    figure,
    limit: LARGEST_MOVE,
    says: passed
      ? `At the farthest corner the weights have moved by ${spoken(figure)} times their own norm.`
      : `At the farthest corner the weights have moved by ${spoken(figure)} times their own norm: that is another network. Choose a smaller range.`,
  };
}

/** Points where the network returned no finite value. */
export function holesCheck(surface: Surface): TrustCheck {
  const { count, points, says } = findHoles(surface);
  return { name: 'holes', title: 'Finite values', passed: count === 0, figure: count / points, limit: 0, says: count === 0 ? 'Every point has a finite value.' : says };
}

/** Whether float32 can tell the picture's heights apart. */
export function resolutionCheck(values: Float64Array): TrustCheck | undefined {
  const extent = finiteExtent(values);
  if (extent === undefined) return undefined;
  const [low, high] = extent;
  const figure = (Math.max(Math.abs(low), Math.abs(high)) * EPSILON * LEAST_STEPS) / (high - low);
  return {
    name: 'resolution',
    title: 'Resolution',
    passed: figure <= 1,
    figure,
    limit: 1,
    says: figure <= 1
      ? `The picture's height is ${spoken(LEAST_STEPS / figure)} steps of float32.`
      : `The picture's height is only ${spoken(LEAST_STEPS / figure)} steps of float32: what looks rough may be rounding. Choose a larger range.`,
  };
}

/** How much of the training's path the plane of its principal directions holds. */
export function varianceCheck(explained: readonly number[]): TrustCheck {
  const figure = explained.reduce((sum, share) => sum + share, 0);
  const space = explained.length === 3 ? 'volume' : 'plane';
  const passed = figure >= LEAST_VARIANCE[space];
  const share = `The ${space} holds ${spoken(100 * figure)} % of the path's variance`;
  return {
    name: 'variance',
    title: 'Path in the plane',
    passed,
    figure,
    limit: LEAST_VARIANCE[space],
    says: passed ? `${share}.` : `${share}; a random walk in many dimensions reaches ${RANDOM_WALK[space]} %. The path's shape in this picture says little.`,
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
  if (extent === undefined || intervals === undefined) return undefined;
  const widest = finiteExtent(intervals)?.[1] ?? 0;
  const figure = widest === 0 ? 0 : widest / (extent[1] - extent[0]);
  const passed = figure <= WIDEST_TRACE;
  const found = `The 95 % interval of the trace is at most ±${spoken(100 * figure)} % of its picture's height`;
  return { name: 'trace', title: 'Trace', passed, figure, limit: WIDEST_TRACE, says: passed ? `${found}.` : `${found}: spend more products at each point.` };
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
  figure: 0,
  limit: 0,
  says: `${what} not drawn by chance, so there are no others to compare with.`,
});
