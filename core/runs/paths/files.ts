import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '#core/graph';
import { isKept } from '../folder/kept';
import { runPaths } from '../folder/paths';

/** Where everything of a path lies (docs/run-folder.md). */
export const pathFiles = (folder: string) => ({
  recipe: join(folder, 'recipe.json'),
  summary: join(folder, 'summary.json'),
  curve: join(folder, 'curve.npy'),
  state: join(folder, 'state.safetensors'),
  end: join(folder, 'end.safetensors'),
  midpoint: join(folder, 'midpoint.safetensors'),
  points: join(folder, 'points'),
  /** A trained point, counted from 1: the bend, or a pivot. */
  point: (place: number) => join(folder, 'points', `${place}.safetensors`),
});

/** @throws UserError when the run has no such path */
export function pathFolder(run: string, id: string): string {
  const { paths, path } = runPaths(run);
  if (!isKept(paths, id)) throw new UserError('path.unknown', `The run has no path "${id}".`);
  return path(id);
}

/** A file of weights of the path, which a run can begin with: its middle, its aligned end, or a trained point counted from 1. @throws UserError when the path has none */
export function pathWeightsFile(run: string, id: string, which: 'midpoint' | 'end' | number): string {
  const files = pathFiles(pathFolder(run, id));
  const file = typeof which === 'number' ? files.point(which) : files[which];
  if (existsSync(file)) return file;
  throw new UserError('path.no-weights', `The path "${id}" has no weights "${which}".`, {
    hint: which === 'end' ? 'Only an aligned path has an end of its own; else it is the other run\'s.' : 'They are written once the path is found: compute it to its end.',
  });
}
