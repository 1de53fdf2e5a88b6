import { axisNames, planeTitle } from '../describe';
import type { Surface } from '../surface';

const rows = (values: Float64Array, columns: number): (number | null)[][] =>
  Array.from({ length: values.length / columns }, (_, row) =>
    Array.from(values.subarray(row * columns, (row + 1) * columns), (value) => (Number.isFinite(value) ? value : null)),
  );

/**
 * The surface as JSON: the recipe, the axes, one matrix (rows along y) a quantity, the trajectory. JSON knows no infinite
 * numbers, so a hole is `null`.
 */
export function exportJson(surface: Surface): Uint8Array {
  const { recipe, x, y, values, trajectory, anchors, minimum, centre, explainedVariance } = surface;
  const document = {
    format: 'basin-surface',
    version: 1,
    recipe,
    plane: planeTitle(recipe.plane),
    axes: axisNames(surface),
    x: Array.from(x),
    y: Array.from(y),
    values: Object.fromEntries(Object.entries(values).map(([name, data]) => [name, rows(data, x.length)])),
    minimum,
    centre,
    explainedVariance,
    anchors,
    trajectory: trajectory && {
      steps: Array.from(trajectory.steps),
      points: rows(trajectory.points, 2),
      residual: Array.from(trajectory.residual),
      values: Object.fromEntries(Object.entries(trajectory.values).map(([name, data]) => [name, rows(data, data.length)[0] ?? []])),
    },
  };
  return new TextEncoder().encode(`${JSON.stringify(document)}\n`);
}
