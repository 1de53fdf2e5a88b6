import { pathThrough, pointAt, type Checkpoint } from '#core/landscape';
import type { OpenRun } from '../evaluation/open-run';
import { openRunPath, readInner } from '../paths/folder';
import { pathFolder } from '../paths/files';
import { checkpointOf } from '../recipes';
import { asRequested, floatsOf, otherWeights, pointOnPath, type OtherWeights } from './weights';

/** Places of a path that are drawn in a plane. */
const PLACES = 41;

/**
 * Points along the path that a plane is laid through, to be drawn in it as the path of training is; `undefined` where the plane leads to no path.
 */
export function drawnPath(run: OpenRun, others: readonly OtherWeights[], names: readonly string[]): Checkpoint[] | undefined {
  const id = others.map(({ checkpoint }) => pointOnPath(checkpoint)?.path).find((path) => path !== undefined);
  if (id === undefined) return undefined;
  const folder = pathFolder(run.paths.folder, id);
  const result = openRunPath(run.paths.folder, id);
  const { recipe } = result;
  const start = floatsOf(run.weights(checkpointOf(recipe.run.checkpoint)).tensors, names);
  const end = recipe.align ? { run: run.paths.folder, checkpoint: `path:${id}/end` } : asRequested(recipe.to);
  const path = pathThrough(recipe.kind, start, readInner(folder, result, names), otherWeights(end, names).parameters);
  return Array.from({ length: PLACES }, (_, i) => ({ step: i / (PLACES - 1), parameters: pointAt(path, i / (PLACES - 1)) }));
}
