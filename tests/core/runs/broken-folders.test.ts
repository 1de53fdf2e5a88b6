import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSafetensors, writeSafetensors, type StoredTensor } from '#core/nn';
import {
  computeRunCurvature, computeRunMeasures, computeRunPath, computeRunSurface, createRun, curvatureRequestSchema, executeRun, measuresRequestSchema, openRun, pathGaps, pathRequestSchema, readRunFile, requestFromRecipe, runPaths, surfaceRequestSchema,
  trajectorySteps, type CheckpointName,
} from '#core/runs';
import type { Surface } from '#core/landscape';
import { beforeAll, describe, expect, it } from 'vitest';
import { small, temporaryHome } from './samples';

const home = temporaryHome();
const program = 'test';
let whole: string;
let other: string;

beforeAll(async () => {
  const made = async (name: string, seed: number): Promise<string> => {
    const folder = createRun(small({ name, seed, model: { use: 'mlp', widths: [6] }, training: { epochs: 4, batchSize: 64, keepTrajectory: true } }));
    await executeRun(folder);
    return folder;
  };
  [whole, other] = [await made('whole', 0), await made('other', 1)];
}, 120_000);

/** A copy of the run with one of its files replaced. */
function broken(name: string, change: (paths: ReturnType<typeof runPaths>) => void): string {
  const folder = join(home, name);
  cpSync(whole, folder, { recursive: true });
  change(runPaths(folder));
  return folder;
}

function rewrite(path: string, change: (tensors: Record<string, StoredTensor>) => Record<string, StoredTensor>): void {
  const { tensors, metadata } = readSafetensors(readFileSync(path), path);
  writeFileSync(path, writeSafetensors(change({ ...tensors }), metadata));
}

const drain = async (events: AsyncIterable<unknown>): Promise<void> => {
  for await (const _ of events) { /* only its end is of interest */ }
};

/** Everything that reads a checkpoint's weights. */
const readers: Record<string, (folder: string, checkpoint: CheckpointName) => Promise<unknown>> = {
  surface: async (folder, checkpoint) => drain(computeRunSurface(await openRun(folder), surfaceRequestSchema.parse({ grid: [2, 2], checkpoint }), { program })),
  path: async (folder, checkpoint) => drain(computeRunPath(await openRun(folder), pathRequestSchema.parse({ to: { run: other }, kind: 'line', points: 3, checkpoint }), { program })),
  'path, at its end': async (folder, checkpoint) => drain(computeRunPath(await openRun(other), pathRequestSchema.parse({ to: { run: folder, checkpoint }, kind: 'line', points: 3 }), { program })),
  curvature: async (folder, checkpoint) => computeRunCurvature(await openRun(folder), curvatureRequestSchema.parse({ top: 1, checkpoint })),
  sharpness: async (folder, checkpoint) => computeRunMeasures(await openRun(folder), measuresRequestSchema.parse({ measures: ['frobenius-distance'], checkpoint })),
};

describe.each(Object.keys(readers))('%s of a damaged run folder', (reader) => {
  const asked = (folder: string, checkpoint: CheckpointName = 'last') => expect(readers[reader]!(folder, checkpoint)).rejects;

  it('names run, checkpoint and file, and says what to do', async () => {
    const truncated = broken(`truncated-${reader}`, (paths) => writeFileSync(paths.weights('last'), readFileSync(paths.weights('last')).subarray(0, 300)));
    await asked(truncated).toMatchObject({ code: 'run.checkpoint-damaged', message: expect.stringMatching(/^Checkpoint last of run "whole" cannot be read: .*last\.safetensors is not a valid safetensors file/) as string, hint: expect.stringContaining('another checkpoint') as string });

    const step = trajectorySteps(runPaths(whole))[1]!;
    const missing = broken(`missing-${reader}`, (paths) => rmSync(paths.trajectoryStep(step)));
    await asked(missing, step).toMatchObject({ code: 'run.no-checkpoint', message: expect.stringContaining(`has no checkpoint "${step}" of run "whole"`) as string, hint: expect.stringContaining('There are: init, last') as string });

    const unfit = broken(`unfit-${reader}`, (paths) => rewrite(paths.weights('last'), ({ 'layers.0.bias': bias, ...rest }) => ({ ...rest, 'layers.0.bias': { shape: [7], data: new Float32Array(7).fill(Number((bias!.data as Float32Array)[0])) } })));
    const unfitting = reader === 'path, at its end' ? /"whole".*layers\.0\.bias/ : /^Checkpoint last of run "whole" does not fit the run's model: layers\.0\.bias is \[7\], not \[6\]/;
    await asked(unfit).toThrow(unfitting);

    const diverged = broken(`nan-${reader}`, (paths) => rewrite(paths.weights('last'), ({ 'layers.0.bias': bias, ...rest }) => ({ ...rest, 'layers.0.bias': { ...bias!, data: (bias!.data as Float32Array).map((value, i) => (i === 0 ? NaN : value)) } })));
    await asked(diverged).toMatchObject({ message: expect.stringMatching(/"?whole"? are no numbers: 1 of the 6 entries of layers\.0\.bias/) as string, hint: expect.stringContaining('earlier checkpoint') as string });
  });
});

describe('what a run folder tells of itself', () => {
  it('a best checkpoint that run.json names and that is gone is missing, not the last one', async () => {
    const folder = broken('no-best', (paths) => {
      const json = JSON.parse(readFileSync(paths.run, 'utf8')) as object;
      writeFileSync(paths.run, JSON.stringify({ ...json, best: { name: 'loss', value: 0.1, epoch: 3, step: 12 } }));
      rmSync(paths.weights('best'), { force: true });
    });
    await expect(readers['surface']!(folder, 'best')).rejects.toMatchObject({ code: 'run.checkpoint-missing', message: expect.stringMatching(/best checkpoint of run "whole" \(epoch 3, step 12\) is missing: .*best\.safetensors is not there/) as string });
    // A run that has none means the last.
    const none = broken('never-best', (paths) => {
      const { best: _, ...json } = JSON.parse(readFileSync(paths.run, 'utf8')) as { best?: object };
      writeFileSync(paths.run, JSON.stringify(json));
      rmSync(paths.weights('best'), { force: true });
    });
    expect((await openRun(none)).weights('best')).toEqual((await openRun(none)).weights('last'));
  });

  it('a newer version is told from damage', async () => {
    const newer = broken('newer', (paths) => writeFileSync(paths.run, JSON.stringify({ basin: 3, versions: { basin: '9.1.0' }, id: 7 })));
    await expect(openRun(newer)).rejects.toMatchObject({ code: 'run.newer', message: `${runPaths(newer).run} was written by a newer version of the program (Basin 9.1.0): it has version 3, this one reads up to 1.`, hint: 'Open the run with a newer Basin.' });
    const damaged = broken('damaged', (paths) => writeFileSync(paths.run, JSON.stringify({ ...(JSON.parse(readFileSync(paths.run, 'utf8')) as object), state: 'dancing' })));
    expect(() => readRunFile(damaged)).toThrow(`${runPaths(damaged).run} is damaged: state: `);
    for (const basin of ['one', null, undefined]) {
      const strange = broken(`strange-${basin}`, (paths) => writeFileSync(paths.run, JSON.stringify({ basin })));
      expect(() => readRunFile(strange)).toThrow('is damaged: basin');
    }
  });

  it('a recipe whose checkpoints are gone names them', async () => {
    const request = surfaceRequestSchema.parse({ plane: 'trajectory', others: [{ run: other }], grid: [2, 2] });
    let surface: Surface | undefined;
    for await (const event of computeRunSurface(await openRun(whole), request, { program })) if (event.kind === 'end') ({ surface } = event);
    const steps = trajectorySteps(runPaths(whole));
    const gone = broken('gone', (paths) => rmSync(paths.trajectoryStep(steps[2]!)));
    await expect(requestFromRecipe(await openRun(gone), surface!.recipe, { program })).rejects.toMatchObject({ code: 'surface.recipe.checkpoints', message: expect.stringContaining(`Run "whole" no longer has the checkpoints of step ${steps[2]}`) as string });
  });
});

describe('checkpoints that are missing from the paths in a picture', () => {
  const computed = async (folder: string, asked: object, member?: number): Promise<Surface> => {
    let surface: Surface | undefined;
    for await (const event of computeRunSurface(await openRun(folder, member === undefined ? {} : { member }), surfaceRequestSchema.parse({ grid: [2, 2], plane: 'trajectory', ...asked }), { program })) if (event.kind === 'end') ({ surface } = event);
    return surface!;
  };

  it('are named, of this run and of others, and nothing is said of whole paths', async () => {
    const steps = trajectorySteps(runPaths(whole));
    const drawn = await computed(whole, { others: [{ run: other }] });
    expect(pathGaps(whole, drawn.recipe)(drawn)).toBe('');
    const gone = broken('gone-own', (paths) => rmSync(paths.trajectoryStep(steps[2]!)));
    const without = await computed(gone, {});
    expect(pathGaps(gone, without.recipe)(without)).toBe(`The checkpoint of step ${steps[2]} is missing from the run's folder: the path is drawn without it.`);

    const elsewhere = join(home, 'elsewhere');
    cpSync(other, elsewhere, { recursive: true });
    for (const step of steps.slice(0, 2)) rmSync(runPaths(elsewhere).trajectoryStep(step));
    const joint = await computed(gone, { others: [{ run: elsewhere }] });
    const said = `The checkpoint of step ${steps[2]} is missing from the run's folder: the path is drawn without it. `
      + `The checkpoints of steps ${steps[0]}, ${steps[1]} are missing from the folder of "other": the path is drawn without them.`;
    // Of two runs with one id the folder that was asked for counts.
    expect(pathGaps(gone, joint.recipe, { others: [{ run: elsewhere }] })(joint)).toBe(said);
    // Of a slice of a training that was followed, those that are there were left out on purpose.
    const { trajectory } = drawn;
    const thinned = { trajectory: { ...trajectory!, steps: trajectory!.steps.filter((_, i) => i % 2 === 0) } };
    expect(pathGaps(whole, drawn.recipe, { followed: true })(thinned)).toBe('');
    expect(pathGaps(gone, drawn.recipe, { followed: true })({ trajectory: { ...trajectory!, steps: Float64Array.of(0, steps.at(-1)!) } })).toContain(`The checkpoint of step ${steps[2]} is missing`);
  });

  it('are named after the last one that is there, too, as far as the path was to lead', async () => {
    const steps = trajectorySteps(runPaths(whole));
    const [before, last] = steps.slice(-2) as [number, number];
    const ends = broken('ends', (paths) => rmSync(paths.trajectoryStep(last)));
    const drawn = await computed(ends, {});
    expect(drawn.trajectory!.steps.at(-1)).toBe(before);
    const said = `The checkpoint of step ${last} is missing from the run's folder: the path is drawn without it.`;
    expect(pathGaps(ends, drawn.recipe)(drawn)).toBe(said);
    const both = broken('both-ends', (paths) => [before, last].forEach((step) => rmSync(paths.trajectoryStep(step))));
    const shorter = await computed(both, {});
    expect(pathGaps(both, shorter.recipe)(shorter)).toBe(`The checkpoints of steps ${before}, ${last} are missing from the run's folder: the path is drawn without them.`);
    // Of another run in the plane.
    const beside = join(home, 'beside');
    cpSync(other, beside, { recursive: true });
    rmSync(runPaths(beside).trajectoryStep(last));
    const joint = await computed(whole, { others: [{ run: beside }] });
    expect(pathGaps(whole, joint.recipe, { others: [{ run: beside }] })(joint)).toBe(`The checkpoint of step ${last} is missing from the folder of "other": the path is drawn without it.`);
    // A path to an earlier checkpoint is whole without the later ones, and so is one that was drawn before the training went on.
    const earlier = await computed(ends, { checkpoint: before });
    expect(pathGaps(ends, earlier.recipe)(earlier)).toBe('');
    expect(pathGaps(ends, { ...earlier.recipe, run: { ...earlier.recipe.run, checkpoint: 'last' } })(earlier)).toBe('');
  });

  it('are named of a member of a population, whose group keeps its weights', async () => {
    const folder = createRun(small({ name: 'several', model: { use: 'mlp', widths: [6] }, training: { epochs: 4, batchSize: 64, keepTrajectory: true }, population: { seeds: 2 } }));
    await executeRun(folder);
    const { group } = runPaths(folder);
    const paths = runPaths(group(0));
    const steps = trajectorySteps(paths);
    expect(steps).toHaveLength(5);
    const drawn = await computed(folder, {}, 1);
    expect(pathGaps(folder, drawn.recipe)(drawn)).toBe('');
    rmSync(paths.trajectoryStep(steps[1]!));
    const without = await computed(folder, {}, 1);
    expect(pathGaps(folder, without.recipe)(without)).toBe(`The checkpoint of step ${steps[1]} is missing from the run's folder: the path is drawn without it.`);
    const beside = await computed(whole, { others: [{ run: folder, member: 1 }] });
    expect(pathGaps(whole, beside.recipe)(beside)).toBe(`The checkpoint of step ${steps[1]} is missing from the folder of "several member 1": the path is drawn without it.`);
  });
});
