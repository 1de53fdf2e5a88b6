import { directionsOf, innerProduct, rangesAround, type Axis, type Grid, type LandscapeProblem, type Plane } from '#core/landscape';
import type { SurfaceRequest } from './request';

type Reach = readonly [number, number];

/**
 * Axes of the picture: as asked for; else around the path of a trajectory plane or the weights it leads to, twice the ball of an ascent, or as
 * far as the curvature shows; else from -1 to 1. An axis of one point goes through the centre, so that a grid `51x1` is a line through it.
 *
 * @param loss at the centre
 */
export function gridOf({ grid: [nx, ny, nz], range: asked }: SurfaceRequest, plane: Plane, problem: Pick<LandscapeProblem, 'parameters'>, loss: number): Grid {
  const { kind } = plane.recipe;
  const axes = directionsOf(plane.recipe);
  const anchors = kind === 'ascent' ? undefined : plane.anchors;
  const paths = [plane.path, ...(plane.otherPaths ?? [])].flatMap((path) => Array.from(path?.points ?? []));
  const places = kind === 'trajectory' ? Float64Array.from(paths) : anchors && Float64Array.from(anchors.flatMap(({ x, y, z }) => [x, y, z ?? 0].slice(0, axes)));
  const around = places && rangesAround(places, axes);
  const reach = unitReach(plane, problem, loss);
  const axis = (name: 'x' | 'y' | 'z', count: number): Axis => {
    if (count === 1) return { from: 0, to: 0, count };
    const place = ['x', 'y', 'z'].indexOf(name);
    const far = reach?.[place] ?? 1;
    const [from, to] = asked?.[name] ?? [around?.[place]?.from ?? -far, around?.[place]?.to ?? far];
    return { from, to, count };
  };
  return {
    x: axis('x', nx),
    y: axes === 1 ? { from: 0, to: 0, count: 1 } : axis('y', ny),
    ...(nz !== undefined && { z: axis('z', nz) }),
  };
}

/** Reaches of planes with unit directions, where a step of 1 is a distance in weight space. */
function unitReach(plane: Plane, problem: Pick<LandscapeProblem, 'parameters'>, loss: number): Reach | undefined {
  const { recipe } = plane;
  if (recipe.kind === 'ascent' && recipe.normalization === 'none') return [2 * recipe.radius, 2 * recipe.radius];
  return recipe.kind === 'eigenvectors' && recipe.normalization === 'none' ? bendingReach(plane, problem, loss) : undefined;
}

/** The farther axis shows at most so many times the reach of the nearer one. */
const LARGEST_RATIO = 10;

/**
 * How far along each unit eigenvector the quadratic part of the loss, `lambda t^2 / 2`, has changed by the loss at the centre:
 * `t = sqrt(2 L / |lambda|)`. Along a flat axis at most ten times as far as along the other, and never farther than the norm of the weights
 * that move. Rounded to two digits. `undefined` where the loss is zero or nothing bends.
 */
function bendingReach({ eigenvalues = [], directions }: Plane, { parameters }: Pick<LandscapeProblem, 'parameters'>, loss: number): Reach | undefined {
  const weights = Object.fromEntries(Object.keys(directions[0]).map((name) => [name, parameters[name]!.data]));
  const norm = Math.sqrt(innerProduct(weights, weights)) || 1;
  const reaches = eigenvalues.map(({ value }) => Math.sqrt((2 * loss) / Math.abs(value)));
  const nearest = Math.min(...reaches);
  if (!(nearest > 0) || !Number.isFinite(nearest)) return undefined;
  const [x, y = nearest] = reaches.map((reach) => Number(Math.min(reach, LARGEST_RATIO * nearest, norm).toPrecision(2)));
  return [x!, y];
}
