import { axisNames, planeTitle } from '../describe';
import { gridAxes } from '../grid';
import type { Surface } from '../surface';

type Nested = (number | null)[] | Nested[];

/** Numbers as nested lists, the last axis innermost. What is not finite is `null`. */
function nested(values: Float64Array, shape: readonly number[]): Nested {
  const [first, ...rest] = shape;
  if (rest.length === 0) return Array.from(values, (value) => (Number.isFinite(value) ? value : null));
  const size = values.length / first!;
  return Array.from({ length: first! }, (_, i) => nested(values.subarray(i * size, (i + 1) * size), rest));
}

/**
 * The surface as JSON: the recipe, the axes, one matrix (rows along y) a quantity, of a volume a list of matrices along z, the trajectory.
 * JSON knows no infinite numbers, so a hole is `null`.
 */
export function exportJson(surface: Surface): Uint8Array {
  const { recipe, x, y, z, values, trajectory, anchors, eigenvalues, minimum, centre, explainedVariance } = surface;
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
    minimum,
    centre,
    explainedVariance,
    eigenvalues,
    anchors,
    trajectory: trajectory && {
      steps: Array.from(trajectory.steps),
      points: nested(trajectory.points, [trajectory.steps.length, shape.length]),
      residual: Array.from(trajectory.residual),
      values: Object.fromEntries(Object.entries(trajectory.values).map(([name, data]) => [name, nested(data, [data.length])])),
    },
  };
  return new TextEncoder().encode(`${JSON.stringify(document)}\n`);
}
