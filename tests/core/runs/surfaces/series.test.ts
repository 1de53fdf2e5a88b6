import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { encodePng, pngChunks } from '#core/figure';
import { exportSeries, type Surface } from '#core/landscape';
import { computeRunSeries, computeRunSurface, createRun, estimateRunSeries, estimateRunSurface, evaluateRun, executeRun, listSeries, listSurfaces, openRun, openSeries, removeSeries, surfaceRequestSchema, type OpenRun, type SurfaceSeries } from '#core/runs';
import { small, temporaryHome } from '../samples';

temporaryHome();
const request = surfaceRequestSchema.parse({ grid: [5, 4] });
const program = 'basin 0.0.0';
let run: OpenRun;
let series: SurfaceSeries;
let points = 0;

beforeAll(async () => {
  const folder = createRun(small({ training: { epochs: 4, batchSize: 32 } }));
  await executeRun(folder);
  run = await openRun(folder);
  // Left in the middle of the second slice, then asked for again.
  let id = '';
  for await (const event of computeRunSeries(run, request, 'all', { program })) {
    id = event.id;
    if (event.event.kind !== 'points') continue;
    points += event.event.indices.length;
    if (event.slice === 1) break;
  }
  for await (const { event } of computeRunSeries(run, request, 'all', { program })) if (event.kind === 'points') points += event.indices.length;
  series = await openSeries(run.paths.folder, id);
}, 120_000);

describe('surfaces over checkpoints', () => {
  it('every kept checkpoint has a slice, and no point is computed twice', () => {
    expect(series.steps).toEqual(run.trajectorySteps());
    expect(series.slices).toHaveLength(series.steps.length);
    expect(points).toBe(20 * series.steps.length);
  });

  it('each has its checkpoint at the centre', async () => {
    for (const [i, step] of series.steps.entries()) {
      const { loss } = await evaluateRun(run, { on: 'train', checkpoint: step });
      expect(series.slices[i]!.centre['loss']).toBeCloseTo(loss, 5);
      expect(series.slices[i]!.recipe.run.checkpoint).toBe(String(step));
    }
  });

  it('the estimate counts every slice with the path up to it, and not what is there', async () => {
    const count = run.trajectorySteps().length;
    const fresh = surfaceRequestSchema.parse({ ...request, seed: 5 });
    const estimate = await estimateRunSeries(run, fresh, 'all', { program });
    const { groups, quantities } = await estimateRunSurface(run, fresh, { program });
    // Each centre, and of each path one checkpoint more than of the one before.
    expect(estimate).toMatchObject({ slices: count, doneSlices: 0, points: 20 * count, done: 0, groups: groups * count, evaluations: count + (count * (count + 1)) / 2, quantities });
    expect((await estimateRunSeries(run, fresh, 3, { program })).slices).toBe(3);
    const line = await estimateRunSeries(run, surfaceRequestSchema.parse({ plane: 'line', grid: [5, 1] }), 'all', { program });
    expect(line).toMatchObject({ slices: count, evaluations: count });
    expect(await estimateRunSeries(run, request, 'all', { program })).toMatchObject({ slices: count, doneSlices: count, points: 20 * count, done: 20 * count, groups: 0, evaluations: 0 });
  });

  it('the last one is the plain surface around the last weights, bit for bit', async () => {
    let plain: Surface | undefined;
    for await (const event of computeRunSurface(run, request, { program })) if (event.kind === 'end') plain = event.surface;
    expect(series.slices.at(-1)!.values).toEqual(plain!.values);
    expect(series.slices.at(-1)!.recipe.around!.fingerprint).toBe(plain!.recipe.run.fingerprint);
  });

  it('all have the same directions: the path is the same, seen from another checkpoint', () => {
    const last = series.slices.at(-1)!.trajectory!;
    series.slices.forEach(({ trajectory }, k) => {
      expect(Array.from(trajectory!.steps)).toEqual(series.steps.slice(0, k + 1));
      trajectory!.points.forEach((value, i) => expect(value).toBeCloseTo(last.points[i]! - last.points[2 * k + (i % 2)]!, 4));
    });
  });

  it('some of them are evenly spaced, and are not computed again', async () => {
    let computed = 0;
    let steps: readonly number[] = [];
    for await (const { event, steps: chosen } of computeRunSeries(run, request, 3, { program })) {
      steps = chosen;
      if (event.kind === 'points') computed++;
    }
    expect([steps, computed]).toEqual([[0, 2, 4].map((i) => series.steps[i]), 0]);
  });

  it('leaves as an animation with a frame a slice, on one scale', async () => {
    const file = await exportSeries(series.slices, 'png', { width: 400, height: 300 });
    const bytes = Buffer.from(file);
    const count = (type: string): number => bytes.toString('latin1').split(type).length - 1;
    expect(bytes.readUInt32BE(bytes.indexOf('acTL') + 4)).toBe(series.steps.length);
    expect(count('fcTL')).toBe(series.steps.length);
    // Made a file of its own, a later frame's data are a picture, and another one than the first.
    const chunks = pngChunks(file);
    const data = chunks.filter(({ type }) => type === 'fdAT').map((chunk) => ({ type: 'IDAT', data: chunk.data.subarray(4) }));
    const second = encodePng([chunks[0]!, data[0]!, ...data.slice(1).filter((_, i) => i < data.length / (series.steps.length - 1) - 1), chunks.at(-1)!]);
    const [first, later] = await Promise.all([file, second].map((each) => sharp(each).removeAlpha().raw().toBuffer()));
    expect(later!.length).toBe(400 * 300 * 3);
    expect(later!.equals(first!)).toBe(false);
  });

  it('is listed beside the surfaces, not among them, and can be removed', async () => {
    const [listed] = await listSeries(run.paths.folder);
    expect(listed).toMatchObject({ id: series.id, done: 3 });
    expect((await listSurfaces(run.paths.folder)).map(({ id }) => id)).not.toContain(series.id);
    removeSeries(run.paths.folder, series.id);
    expect(await listSeries(run.paths.folder)).toEqual([]);
    await expect(openSeries(run.paths.folder, series.id)).rejects.toThrow(`no surface "${series.id}"`);
  });

  it('a run without checkpoints on the way says so', async () => {
    const folder = createRun(small({ training: { epochs: 1, batchSize: 32, keepTrajectory: false } }));
    await executeRun(folder);
    const bare = await openRun(folder);
    await expect(computeRunSeries(bare, request, 'all', { program }).next()).rejects.toThrow('needs two');
  });
});
