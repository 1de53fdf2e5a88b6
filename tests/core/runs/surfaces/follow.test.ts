import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { computeRunSurface, createRun, estimateFollowing, executeRun, followRun, listSeries, openRun, openSeries, PauseSwitch, readWeights, runPaths, settled, surfaceRequestSchema, trajectorySteps, type FollowEvent, type OpenRun } from '#core/runs';
import { small, temporaryHome } from '../samples';

temporaryHome();
const request = surfaceRequestSchema.parse({ grid: [5, 4], subset: 60 });
const options = { program: 'basin 0.0.0', every: 0 };
const endless = { epochs: 100_000, batchSize: 32 };

const followed = (run: OpenRun, signal?: AbortSignal): AsyncGenerator<FollowEvent, void> => followRun(run, request, { ...options, ...(signal && { signal }) });

/** Follows until enough slices are whole, then stops the training; the slices' steps in the order in which they ended, and how it ended. */
async function follow(run: OpenRun, slices: number, stop: () => void): Promise<{ steps: number[]; over: Extract<FollowEvent, { kind: 'over' }> }> {
  const steps: number[] = [];
  for await (const event of followed(run)) {
    if (event.kind === 'over') return { steps, over: event };
    if (event.kind === 'slice' && event.event.kind === 'end') steps.push(event.step);
    if (steps.length === slices) stop();
  }
  throw new Error('following ended without an end');
}

/** A training at work beside the test, and what stops it. */
function training(folder: string, pause?: PauseSwitch): { stop: () => void; ended: Promise<unknown> } {
  const abort = new AbortController();
  return { stop: () => abort.abort(), ended: executeRun(folder, { signal: abort.signal, ...(pause && { pause }) }) };
}

describe('following a training', () => {
  it('keeps a slice of every moment, its last weights included, along the directions of the first', async () => {
    const folder = createRun(small({ training: endless }));
    const run = await openRun(folder);
    const { stop, ended } = training(folder);
    const { steps, over } = await follow(run, 2, stop);
    await ended;
    expect(steps.length).toBeGreaterThanOrEqual(2);
    expect(steps).toEqual([...new Set(steps)].sort((a, b) => a - b));
    expect(steps.at(-1)).toBe(readWeights(run.paths.weights('last')).step);
    expect(over).toMatchObject({ state: 'stopped', steps });
    const series = await openSeries(folder, over.id);
    expect(series.steps).toEqual(steps);
    const first = series.slices[0]!;
    for (const [i, step] of steps.entries()) {
      const { recipe, centre, trajectory, x, y } = series.slices[i]!;
      expect(recipe.around).toEqual({ checkpoint: String(steps[0]), fingerprint: first.recipe.run.fingerprint });
      expect([x, y]).toEqual([first.x, first.y]);
      expect(recipe.run.checkpoint).toBe(String(step));
      // The path grows up to the moment itself, which lies in the middle.
      expect(trajectory!.steps.at(-1)).toBe(step);
      expect(Array.from(trajectory!.points.slice(-2))).toEqual([0, 0]);
      expect(trajectory!.values['loss']!.at(-1)).toBe(centre['loss']);
      expect(trajectory!.steps.length).toBeLessThanOrEqual(65);
    }
    // The first is the plain surface around those weights, bit for bit.
    let plain: Float64Array | undefined;
    for await (const event of computeRunSurface(run, { ...request, checkpoint: steps[0]! }, options)) if (event.kind === 'end') plain = event.surface.values['loss'];
    expect(first.values['loss']).toEqual(plain);
  });

  it('asks the training for weights where it keeps none, and ends with its last', async () => {
    const folder = createRun(small({ training: { ...endless, keepTrajectory: false } }));
    const run = await openRun(folder);
    const { stop, ended } = training(folder);
    const { steps, over } = await follow(run, 2, stop);
    await ended;
    expect(steps.length).toBeGreaterThanOrEqual(2);
    expect(over.steps.at(-1)).toBe(readWeights(run.paths.weights('last')).step);
    expect(existsSync(run.paths.wanted)).toBe(false);
  });

  it('its estimate is of one slice with the path so far, as far apart as asked for or as the training needs; of a run that is not at work there is none', async () => {
    const folder = createRun(small({ training: endless }));
    const run = await openRun(folder);
    const { stop, ended } = training(folder);
    for await (const event of followed(run)) if (event.kind === 'slice') break;
    const rare = await estimateFollowing(run, request, { ...options, every: 1000 });
    expect(rare).toMatchObject({ points: 20, examples: 60, secondsApart: 1000 });
    expect(rare.evaluations).toBeGreaterThanOrEqual(2);
    expect(rare.evaluations).toBeLessThanOrEqual(66);
    expect(rare.longestSeconds).toBeGreaterThanOrEqual(rare.seconds);
    const often = await estimateFollowing(run, request, { ...options, every: 0 });
    expect(often.secondsApart).toBe(2 * often.seconds);
    stop();
    await ended;
    await expect(estimateFollowing(run, request, options)).rejects.toMatchObject({ code: 'surface.follow.ended' });
  });

  it('goes on with its series when it is asked again, also with a slice that was left', async () => {
    const folder = createRun(small({ training: endless }));
    const run = await openRun(folder);
    const { stop, ended } = training(folder);
    let left = -1;
    for await (const event of followed(run)) {
      if (event.kind !== 'slice' || event.slice !== 1 || event.event.kind !== 'start') continue;
      left = event.step;
      break;
    }
    const [before] = await listSeries(folder);
    expect(before).toMatchObject({ done: 1 });
    expect(before!.steps.at(-1)).toBe(left);
    const { steps, over } = await follow(run, 2, stop);
    await ended;
    expect(over.id).toBe(before!.id);
    expect(steps[0]).toBe(left);
    expect(over.steps).toEqual([before!.steps[0], ...steps]);
  });

  it('waits while another process adds to the same series, says so, and keeps what that one added', async () => {
    const folder = createRun(small({ training: endless }));
    const run = await openRun(folder);
    const { stop, ended } = training(folder);
    // Two that follow alike, the second while the first is in the middle of a slice.
    let first: string | undefined;
    const one = followed(run);
    for (;;) {
      const { value } = await one.next();
      if (value?.kind !== 'slice') continue;
      first = value.id;
      if (value.event.kind === 'start') break;
    }
    const two = followed(run);
    let said = '';
    while (said === '') {
      const { value } = await two.next();
      if (value?.kind === 'waiting' && value.text.includes('another process')) said = value.text;
    }
    expect(said).toContain('follows "moons" too');
    const begun = (await openSeries(folder, first!)).steps;
    await one.return();
    const added: number[] = [];
    for await (const event of two) {
      if (event.kind !== 'slice' || event.event.kind !== 'end') continue;
      added.push(event.step);
      if (added.length === 2) break;
    }
    stop();
    await ended;
    expect((await openSeries(folder, first!)).steps).toEqual([...new Set([...begun, ...added])].sort((a, b) => a - b));
  });

  it('waits where the run is paused, and for its start', async () => {
    const folder = createRun(small({ training: endless }));
    const run = await openRun(folder);
    const pause = new PauseSwitch();
    let running: ReturnType<typeof training> | undefined;
    const said: string[] = [];
    for await (const event of followed(run)) {
      if (event.kind === 'over') break;
      if (event.kind === 'slice' && event.event.kind === 'end') pause.pause();
      if (event.kind !== 'waiting') continue;
      said.push(event.text);
      if (event.text.includes('waits to be started')) running = training(folder, pause);
      if (event.text.includes('is paused')) running!.stop();
    }
    await running!.ended;
    expect(said[0]).toBe('"moons" waits to be started');
    expect(said.at(-1)).toBe('"moons" is paused');
  });

  it('says why the run ended, with the slice of its last good weights', async () => {
    const folder = createRun(small({ optimizer: { use: 'sgd', learningRate: 1000, momentum: 0.99 }, training: { epochs: 500, batchSize: 8 } }));
    const run = await openRun(folder);
    const { ended } = training(folder);
    ended.catch(() => undefined);
    const { over } = await follow(run, Infinity, () => undefined);
    await expect(ended).rejects.toThrow('training stopped');
    expect(over).toMatchObject({ state: 'failed', text: expect.stringMatching(/"moons" is failed .*: .* became .* training stopped/) as string });
  });

  it('refuses a run that is not at work, and a volume', async () => {
    const folder = createRun(small({ training: { epochs: 1, batchSize: 32 } }));
    await executeRun(folder);
    const run = await openRun(folder);
    await expect(followed(run).next()).rejects.toMatchObject({ code: 'surface.follow.ended', message: expect.stringContaining('(finished)') as string, hint: expect.stringContaining('--over-checkpoints') as string });
    await expect(followRun(run, { ...request, grid: [3, 3, 3] }, options).next()).rejects.toThrow('not with volumes');
  });

  it('ends where the run is removed, and leaves nothing of it', async () => {
    const folder = createRun(small({ training: endless }));
    const run = await openRun(folder);
    const { ended } = training(folder);
    const gone = expect(ended).rejects.toThrow();
    await expect((async () => {
      for await (const event of followed(run)) {
        if (event.kind === 'slice' && event.event.kind === 'points') rmSync(folder, { recursive: true, force: true });
      }
    })()).rejects.toMatchObject({ code: 'run.removed' });
    await gone;
    expect(existsSync(folder) ? readdirSync(folder) : []).toEqual([]);
  });
});

describe('a checkpoint that is asked for', () => {
  it('is taken between two steps and kept; the run goes on as if nobody had asked', async () => {
    const specification = small({ training: { epochs: 1, batchSize: 1 }, data: { source: { generator: { use: 'moons', count: 3000, noise: 0.15, seed: 1 } } } });
    const [asked, alone] = [createRun(specification), createRun(specification)];
    const { wanted } = runPaths(asked);
    const seen: number[] = [];
    await executeRun(asked, {
      onEvent(event) {
        if (event.kind !== 'steps') return;
        // What was asked for with the steps before these is answered.
        expect(existsSync(wanted)).toBe(false);
        seen.push(event.records.at(-1)!.step);
        writeFileSync(wanted, '');
      },
    });
    await executeRun(alone);
    const steps = trajectorySteps(runPaths(asked));
    expect(seen.length).toBeGreaterThan(1);
    expect(steps).toEqual([0, ...seen]);
    expect(trajectorySteps(runPaths(alone))).toEqual([0, seen.at(-1)]);
    const weights = (folder: string): unknown => readWeights(runPaths(folder).weights('last')).tensors;
    expect(weights(asked)).toEqual(weights(alone));
    expect(existsSync(wanted)).toBe(false);
  });
});

describe('the newest weights of a run at work', () => {
  it('are named by their step, which stays; of a run that has ended by their name', async () => {
    const folder = createRun(small({ training: endless }));
    const run = await openRun(folder);
    const { stop, ended } = training(folder);
    for await (const event of followed(run)) if (event.kind === 'slice') break;
    const { request: { checkpoint } } = settled(run, request);
    expect(run.trajectorySteps()).toContain(checkpoint);
    const kept = { ...request, checkpoint: 0 };
    expect(settled(run, kept)).toEqual({ run, request: kept });
    const events = computeRunSurface(run, request, options);
    const { value: start } = await events.next();
    await events.return();
    expect(start).toMatchObject({ kind: 'start', surface: { recipe: { run: { checkpoint: expect.stringMatching(/^\d+$/) as string } } } });
    stop();
    await ended;
    expect(settled(run, request)).toEqual({ run, request });
  });
});
