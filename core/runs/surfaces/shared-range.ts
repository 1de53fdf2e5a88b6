import type { Axis } from '#core/landscape';
import type { OpenRun } from '../evaluation/open-run';
import type { SurfaceRequest } from './request';
import { setUpSurface } from './setup';

/**
 * The range that holds what each run's own picture would: as asked for, else the union of what their planes suggest (a path with a
 * margin, the weights that the plane leads to).
 */
export async function sharedRange(asked: readonly { run: OpenRun; request: SurfaceRequest }[], options: { program: string; signal?: AbortSignal }): Promise<NonNullable<SurfaceRequest['range']>> {
  const given = asked[0]?.request.range;
  if (given) return given;
  const grids = [];
  for (const { run, request } of asked) grids.push((await setUpSurface(run, request, options)).recipe.grid);
  const union = (axes: readonly Axis[]): [number, number] => [Math.min(...axes.map(({ from }) => from)), Math.max(...axes.map(({ to }) => to))];
  const [y0, y1] = union(grids.map(({ y }) => y));
  // A line's second range is of no account, but has to be one.
  return { x: union(grids.map(({ x }) => x)), y: y0 < y1 ? [y0, y1] : [-1, 1] };
}
