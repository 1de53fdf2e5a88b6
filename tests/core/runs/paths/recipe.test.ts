import { exportPath, pathFormats, readPathRecipes, readRecipes, type PathResult } from '#core/landscape';
import { computeRunPath, createRun, executeRun, openRun, pathRecipeInFile, pathRequestSchema, removePath, requestFromPathRecipe, runOfRecipe, runPaths } from '#core/runs';
import { beforeAll, describe, expect, it } from 'vitest';
import { small, temporaryHome } from '../samples';

temporaryHome();
const program = 'basin 0.0.0';
const runs: string[] = [];

beforeAll(async () => {
  for (const seed of [0, 1]) {
    const made = createRun(small({ name: `moons-${seed}`, seed, model: { use: 'mlp', widths: [8] }, training: { epochs: 2, batchSize: 64 } }));
    await executeRun(made);
    runs.push(made);
  }
}, 120_000);

async function found(from: string, asked: object): Promise<{ id: string; result: PathResult }> {
  for await (const event of computeRunPath(await openRun(from), pathRequestSchema.parse(asked), { program })) if (event.kind === 'end') return event;
  throw new Error('no end');
}

describe('a recipe of a path', () => {
  it.each([
    ['a line between parts of the examples', { kind: 'line', points: 5, subset: 50, seed: 4, splits: ['test'], checkpoint: 'init' }],
    ['a trained curve to matched units', { kind: 'bezier', points: 7, epochs: 2, batchSize: 50, align: true, learningRate: 0.02 }],
    ['a band', { kind: 'band', points: 5, epochs: 1, pivots: 2, cycles: 2, spring: 0.25 }],
  ])('finds the same path, bit for bit: %s', async (_, asked) => {
    const first = await found(runs[0]!, { ...asked, to: { run: runs[1]! } });
    removePath(runs[0]!, first.id);
    const { recipe } = first.result;
    expect(runOfRecipe(recipe).folder).toBe(runs[0]);
    const again = await found(runs[0]!, requestFromPathRecipe(await openRun(runs[0]!), recipe, { program: 'another version' }));
    expect(again.result).toEqual({ ...first.result, recipe: again.result.recipe });
    expect({ ...again.result.recipe, program }).toEqual({ ...recipe, program });
  });

  it('tells the number of examples where some part has more, and takes all where none has', async () => {
    const asked = (subset: number | null) => found(runs[0]!, { kind: 'line', points: 3, subset, to: { run: runs[1]! } });
    const [few, most, all] = [await asked(50), await asked(100_000), await asked(null)];
    expect([few.result.recipe.subset, most.result.recipe.subset]).toEqual([{ count: 50, seed: 0 }, null]);
    expect(most).toEqual(all);
    expect(few.result.values).not.toEqual(all.result.values);
  });

  it('is found in every file that was exported with it, and is none of a surface', async () => {
    const { id, result } = await found(runs[0]!, { kind: 'line', points: 3, to: { run: runs[1]! } });
    for (const format of pathFormats.filter((each) => each !== 'csv')) {
      const file = await exportPath(result, format);
      expect(readPathRecipes(file, `a.${format}`)).toEqual([result.recipe]);
      expect(() => readRecipes(file, `a.${format}`)).toThrow(`a.${format} holds no recipe of a surface`);
    }
    expect(pathRecipeInFile(`${runPaths(runs[0]!).path(id)}/recipe.json`)).toEqual(result.recipe);
    const csv = await exportPath(result, 'csv');
    expect(() => readPathRecipes(csv, 'a.csv')).toThrow('a.csv holds no recipe of a path');
  });

  it('says what differs: other weights at either end, another recipe, a newer version', async () => {
    const { result: { recipe } } = await found(runs[0]!, { kind: 'line', points: 3, to: { run: runs[1]! } });
    const run = await openRun(runs[0]!);
    const follow = (changed: object) => () => requestFromPathRecipe(run, { ...recipe, ...changed }, { program });
    expect(follow({ run: { ...recipe.run, fingerprint: 'f' } })).toThrow(`The weights differ: the recipe is of f, run "moons-0" has ${recipe.run.fingerprint} at last.`);
    expect(follow({ to: { ...recipe.to, fingerprint: 'f' } })).toThrow(`The weights at the other end differ: the recipe leads to f, "moons-1" is ${recipe.to.fingerprint}.`);
    expect(follow({ quantities: ['loss'] })).toThrow('quantities is ["loss","error"], not ["loss"]');
    expect(() => readPathRecipes(new TextEncoder().encode(JSON.stringify({ ...recipe, version: 2 })), 'new.json')).toThrow('has version 2; this program understands version 1');
  });
});
