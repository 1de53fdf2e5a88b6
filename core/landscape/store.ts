import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { jsonNumbers as numbers, spelledNumber, UserError } from '#core/graph';
import { z } from 'zod';
import { decodeNpy, encodeNpy } from './export/npy';
import { axisEigenvalueSchema } from './given';
import { axisCoordinates, gridAxes, gridSize } from './grid';
import { applyJournal } from './journal';
import { surfaceRecipeSchema } from './recipe';
import { lowestPoints, type Surface, type SurfaceTrajectory } from './surface';

const spelled = (values: Float64Array): (number | string)[] => Array.from(values, spelledNumber);

const trajectorySchema = z.object({ points: numbers, steps: numbers, residual: numbers, values: z.record(z.string(), numbers), share: z.number().optional() });

const summarySchema = z.object({
  centre: z.record(z.string(), z.number().nullable()),
  explainedVariance: z.array(z.number()).min(2).max(3).optional(),
  anchors: z.array(z.object({ name: z.string(), x: z.number(), y: z.number(), z: z.number().optional() })).optional(),
  eigenvalues: z.array(axisEigenvalueSchema).optional(),
  trajectory: trajectorySchema.optional(),
  otherTrajectories: z.array(trajectorySchema.extend({ name: z.string() })).optional(),
});

/**
 * Writes a surface as a folder: `recipe.json` (what made it), `summary.json` (centre, trajectory), `values.npy` (float64
 * `[quantities, ny, nx]`, of a volume `[quantities, nz, ny, nx]`; NaN where nothing is computed yet). Every file is replaced whole or not at all.
 */
export async function saveSurface(folder: string, surface: Surface): Promise<void> {
  await mkdir(folder, { recursive: true });
  const { recipe, centre, explainedVariance, anchors, eigenvalues, trajectory, otherTrajectories } = surface;
  const summary = {
    centre: Object.fromEntries(Object.entries(centre).map(([name, value]) => [name, Number.isFinite(value) ? value : null])),
    explainedVariance,
    anchors,
    eigenvalues,
    trajectory: trajectory && spelledPath(trajectory),
    otherTrajectories: otherTrajectories?.map(spelledPath),
  };
  await replaceFile(join(folder, 'recipe.json'), `${JSON.stringify(recipe, null, 2)}\n`);
  await replaceFile(join(folder, 'summary.json'), `${JSON.stringify(summary)}\n`);
  await saveValues(folder, surface);
}

const spelledPath = ({ points, steps, residual, values, ...facts }: SurfaceTrajectory) => ({
  ...facts,
  points: spelled(points),
  steps: spelled(steps),
  residual: spelled(residual),
  values: Object.fromEntries(Object.entries(values).map(([name, list]) => [name, spelled(list)])),
});

/** A path as the summary has it: an absent share is absent. */
const pathOf = <T extends { share?: number | undefined }>({ share, ...path }: T) => ({ ...path, ...(share !== undefined && { share }) });

/** Writes only the values, which grow while a surface is computed. */
export async function saveValues(folder: string, { recipe, values }: Pick<Surface, 'recipe' | 'values'>): Promise<void> {
  const size = gridSize(recipe.grid);
  const data = new Float64Array(recipe.quantities.length * size).fill(NaN);
  recipe.quantities.forEach((name, at) => data.set(values[name] ?? [], at * size));
  await replaceFile(join(folder, 'values.npy'), encodeNpy(data, [recipe.quantities.length, ...gridAxes(recipe.grid).map(({ count }) => count).reverse()]));
}

/** Reads a folder written by `saveSurface`. Throws a `UserError` that names the file which is missing or does not fit. */
export async function openSurface(folder: string): Promise<Surface> {
  const recipe = await readJson(join(folder, 'recipe.json'), surfaceRecipeSchema);
  const summary = await readJson(join(folder, 'summary.json'), summarySchema);
  const size = gridSize(recipe.grid);
  const data = await readValues(join(folder, 'values.npy'), recipe.quantities.length * size);
  await applyJournal(folder, data, recipe.quantities.length);
  const x = axisCoordinates(recipe.grid.x);
  const y = axisCoordinates(recipe.grid.y);
  const third = recipe.grid.z && axisCoordinates(recipe.grid.z);
  const axes = { x, y, ...(third && { z: third }) };
  const values = Object.fromEntries(recipe.quantities.map((name, at) => [name, data.slice(at * size, (at + 1) * size)]));
  const centre = Object.fromEntries(Object.entries(summary.centre).map(([name, value]) => [name, value ?? Infinity]));
  const { trajectory, otherTrajectories, anchors, eigenvalues, explainedVariance } = summary;
  const places = anchors?.map(({ z, ...anchor }) => ({ ...anchor, ...(z !== undefined && { z }) }));
  return { recipe, ...axes, values, minimum: lowestPoints(axes, values), centre, ...(trajectory && { trajectory: pathOf(trajectory) }), ...(otherTrajectories && { otherTrajectories: otherTrajectories.map(pathOf) }), ...(places && { anchors: places }), ...(eigenvalues && { eigenvalues }), ...(explainedVariance === undefined ? {} : { explainedVariance }) };
}

async function readJson<T>(path: string, schema: z.ZodType<T>): Promise<T> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new UserError('landscape.surface.missing', `${path} cannot be read: this folder holds no surface`, { cause });
  });
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new UserError('landscape.surface.damaged', `${path} is not what a surface's file holds: ${cause instanceof Error ? cause.message : String(cause)}`, {
      hint: 'Delete the surface and compute it again.',
      cause,
    });
  }
}

async function readValues(path: string, count: number): Promise<Float64Array> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new UserError('landscape.surface.missing', `${path} cannot be read: this surface has no values`, { cause });
  });
  const values = decodeNpy(bytes);
  if (values?.length !== count) {
    throw new UserError('landscape.surface.damaged', `${path} does not hold the ${count} numbers of its recipe`, { hint: 'Delete the surface and compute it again.' });
  }
  return values;
}

/** Replaces a file so that a crash leaves the old one or the new one. */
async function replaceFile(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  const file = await open(temporary, 'w');
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}
