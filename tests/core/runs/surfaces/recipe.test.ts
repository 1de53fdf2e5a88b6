import { beforeAll, describe, expect, it } from 'vitest';
import { computedMask, exportSurface, readRecipes, type Surface, type SurfaceFormat } from '#core/landscape';
import { computeRunSurface, createRun, executeRun, listSurfaces, openRun, removeSurface, requestFromRecipe, runOfRecipe, surfaceRequestSchema, type OpenRun, type SurfaceRequest } from '#core/runs';
import { small, temporaryHome } from '../samples';

temporaryHome();
const program = 'basin 0.0.0';
const bytes = (document: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(document));
let run: OpenRun;

async function trained(seed: number): Promise<OpenRun> {
  const folder = createRun(small({ seed, training: { epochs: 2, batchSize: 32 } }));
  await executeRun(folder);
  return openRun(folder);
}

async function computed(request: SurfaceRequest): Promise<Surface> {
  for await (const event of computeRunSurface(run, request, { program })) if (event.kind === 'end') return event.surface;
  throw new Error('no end');
}

beforeAll(async () => void (run = await trained(0)), 120_000);

describe('a recipe', () => {
  it.each([
    ['a random plane of some examples', { grid: [5, 4], subset: 100, seed: 3, normalization: 'layer', include: 'biases' }],
    ['the plane of the path', { plane: 'trajectory', grid: [4, 4] }],
    ['the gradient, another range and part', { plane: 'gradient', grid: [4, 3], range: { x: [-0.5, 0.25], y: [-0.1, 0.2] }, split: 'test', checkpoint: 'init' }],
    ['a line to the first weights', { plane: 'line', grid: [5, 1] }],
    ['a volume with the norm of the gradient', { grid: [3, 3, 3], quantities: ['gradient-norm'], perClass: true }],
  ])('makes the same picture, bit for bit: %s', async (_, asked) => {
    const others = 'plane' in asked && asked.plane === 'line' ? [{ run: run.paths.folder, checkpoint: 'init' as const }] : [];
    const first = await computed(surfaceRequestSchema.parse({ ...asked, others }));
    const [recipe] = readRecipes(bytes(first.recipe), 'recipe.json');
    for (const { id } of await listSurfaces(run.paths.folder)) removeSurface(run.paths.folder, id);
    expect(runOfRecipe(recipe!).folder).toBe(run.paths.folder);
    const again = await computed(await requestFromRecipe(run, recipe!, { program: 'another version' }));
    expect(again.values).toEqual(first.values);
    expect(again.recipe.plane).toEqual(first.recipe.plane);
  });

  it('chooses the same points again, where the norm of the gradient bends', async () => {
    const first = await computed(surfaceRequestSchema.parse({ grid: [17, 13], adaptive: { points: 120, quantity: 'gradient-norm' }, quantities: ['gradient-norm'] }));
    const [recipe] = readRecipes(bytes(first.recipe), 'recipe.json');
    expect(recipe!.adaptive).toEqual({ points: 120, quantity: 'gradient-norm' });
    for (const { id } of await listSurfaces(run.paths.folder)) removeSurface(run.paths.folder, id);
    const again = await computed(await requestFromRecipe(run, recipe!, { program }));
    expect(computedMask(again)).toEqual(computedMask(first));
    expect(computedMask(first)!.reduce((sum, known) => sum + known, 0)).toBe(120);
    expect(again.values).toEqual(first.values);
  });

  it('is found in every file that was exported with it', async () => {
    const surface = await computed(surfaceRequestSchema.parse({ grid: [4, 4] }));
    for (const format of ['json', 'png', 'svg', 'pdf', 'html', 'gltf'] satisfies SurfaceFormat[]) {
      const file = await exportSurface(surface, format, { width: 300, height: 240, viewer: () => 'viewer' });
      expect(readRecipes(file, `a.${format}`)).toEqual([surface.recipe]);
    }
  });

  it('refuses other weights, a run that is not here, a newer version, and a file without one', async () => {
    const { recipe } = await computed(surfaceRequestSchema.parse({ grid: [4, 4] }));
    await expect(requestFromRecipe(await trained(1), recipe, { program })).rejects.toThrow(`The weights differ: the recipe is of ${recipe.run.fingerprint}`);
    await expect(requestFromRecipe(run, { ...recipe, split: 'test', quantities: ['loss'] }, { program })).rejects.toThrow('quantities is ["loss","accuracy"], not ["loss"]');
    expect(() => runOfRecipe({ ...recipe, run: { ...recipe.run, id: 'nowhere' } })).toThrow('which is not here');
    expect(() => readRecipes(bytes({ ...recipe, version: 2 }), 'new.json')).toThrow('has version 2; this program understands version 1');
    expect(() => readRecipes(bytes({ ...recipe, grid: { x: 1 } }), 'bad.json')).toThrow('the recipe in bad.json is not whole: grid');
    expect(() => readRecipes(bytes([1, 'two']), 'list.json')).toThrow('list.json holds no recipe');
    expect(() => readRecipes(new TextEncoder().encode('a,b\n1,2'), 'a.csv')).toThrow('a.csv holds no recipe');
  });
});
