import { gridTitle, planeTitle } from '#core/landscape';
import { isSeries, listSeries, listSurfaces, removeSeries, removeSurface } from '#core/runs';
import { table, type Terminal } from '../terminal';

/** Surfaces and series that a run keeps, newest first. */
export async function listKeptSurfaces(terminal: Terminal, folder: string): Promise<void> {
  const [surfaces, series] = await Promise.all([listSurfaces(folder), listSeries(folder)]);
  const kept = [
    ...surfaces.map(({ id, recipe, created, done, total }) => ({ name: id, recipe, created, done, total })),
    ...series.map(({ id, recipe, created, done, steps }) => ({ name: id, recipe, created, done, total: steps.length, steps })),
  ].sort((a, b) => b.created - a.created);
  terminal.result(kept, () => (kept.length === 0
    ? ['No surface has been computed of this run yet.']
    : table(['name', 'plane', 'grid', 'part', 'examples', 'computed'], kept.map(({ name, recipe, done, total, ...more }) =>
      [name, planeTitle(recipe.plane), gridTitle(recipe.grid, 'x'), recipe.split, recipe.subset?.count ?? 'all', done < total ? `${done} of ${total}${'steps' in more ? ' slices' : ''}` : 'steps' in more ? `${total} slices` : 'whole']))));
}

/** @throws UserError when the run keeps nothing of this name */
export function removeKeptSurface(terminal: Terminal, folder: string, name: string): void {
  (isSeries(name) ? removeSeries : removeSurface)(folder, name);
  terminal.result({ removed: name }, () => [`Removed ${name}.`]);
}
