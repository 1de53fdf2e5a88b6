import { axisNames, planeTitle } from '../describe';
import { gridAxes } from '../grid';
import { computedMask, interpolated, type Surface, type SurfaceTrajectory } from '../surface';

type Nested = (number | null)[] | Nested[];

/** Numbers as nested lists, the last axis innermost. What is not finite is `null`. */
function nested(values: Float64Array, shape: readonly number[]): Nested {
  const [first, ...rest] = shape;
  if (rest.length === 0) return Array.from(values, (value) => (Number.isFinite(value) ? value : null));
  const size = values.length / first!;
  return Array.from({ length: first! }, (_, i) => nested(values.subarray(i * size, (i + 1) * size), rest));
}

const pathDocument = ({ steps, points, residual, values, share }: SurfaceTrajectory, axes: number) => ({
  steps: Array.from(steps),
  points: nested(points, [steps.length, axes]),
  residual: Array.from(residual),
  share,
  values: Object.fromEntries(Object.entries(values).map(([name, data]) => [name, nested(data, [data.length])])),
});

/**
 * The surface as JSON: the recipe, the axes, one matrix (rows along y) a quantity, of a volume a list of matrices along z, the path of training and those of
 * other runs. JSON knows no infinite numbers, so a hole is `null`. Where points were chosen the others are interpolated, and `computed` is 1 at those that are not.
 */
export function exportJson(given: Surface): Uint8Array {
  const surface = interpolated(given);
  const computed = computedMask(given);
  const { recipe, x, y, z, values, trajectory, otherTrajectories, anchors, eigenvalues, minimum, centre, explainedVariance } = surface;
  const shape = gridAxes(recipe.grid).map(({ count }) => count).reverse();
  const document = {
    format: 'basin-surface',
    version: 1,
    recipe,
    plane: planeTitle(recipe.plane),
    axes: axisNames(surface),
    x: Array.from(x),
    y: Array.from(y),
    ...(z && { z: Array.from(z) }),
    values: Object.fromEntries(Object.entries(values).map(([name, data]) => [name, nested(data, shape)])),
    ...(computed && { computed: nested(Float64Array.from(computed), shape) }),
    minimum,
    centre,
    explainedVariance,
    eigenvalues,
    anchors,
    trajectory: trajectory && pathDocument(trajectory, shape.length),
    otherTrajectories: otherTrajectories?.map((path) => ({ name: path.name, ...pathDocument(path, shape.length) })),
  };
  return new TextEncoder().encode(`${JSON.stringify(document)}\n`);
}
