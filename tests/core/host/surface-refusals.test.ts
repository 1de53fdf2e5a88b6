import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRun, executeRun, openRun, runPaths, surfaceRequestSchema, type OpenRun, type SurfaceRequest } from '#core/runs';
import { compareSurfaces } from '../../../core/host/cli/surfaces/compare';
import { surfaceSeries } from '../../../core/host/cli/surfaces/series';
import { small, temporaryHome } from '../runs/samples';

temporaryHome();
const outside = mkdtempSync(join(tmpdir(), 'basin-refused-'));
afterAll(() => rmSync(outside, { recursive: true, force: true }));
let folder = '';
beforeAll(async () => {
  folder = createRun(small({ training: { epochs: 1, batchSize: 32 } }));
  await executeRun(folder);
}, 120_000);

/** A terminal that must not be needed: nothing is to be said before a refusal. */
const silent = new Proxy({}, { get: (_, name) => () => { throw new Error(`terminal.${String(name)} before the refusal`); } }) as never;
const out = (ending: string): string => join(outside, `file.${ending}`);
const volume: SurfaceRequest = surfaceRequestSchema.parse({ grid: [5, 5, 5] });
const plane: SurfaceRequest = surfaceRequestSchema.parse({ grid: [5, 5] });

const compare = (options: { out: string; metric?: string; trust?: boolean; topology?: number; overCheckpoints?: unknown }, request = plane, runs = 2): Promise<void> =>
  compareSurfaces(silent, Array.from({ length: runs }, () => folder), { metric: 'loss', ...options }, {
    requestOf: () => request,
    lookOf: {},
    compute: () => { throw new Error('work has begun'); },
  });
const series = (options: { out: string; trust?: boolean; topology?: number }, request = plane): Promise<void> =>
  surfaceSeries(silent, { metric: 'loss', overCheckpoints: 'all', ...options } as never, { open: () => openRun(folder), requestOf: (_: OpenRun) => request, look: {} });

describe('what cannot be drawn is refused before anything is computed', () => {
  it('several runs: a volume, another ending, too many, and what is asked of one surface', async () => {
    await expect(compare({ out: out('png') }, volume)).rejects.toMatchObject({ code: 'landscape.compare.volume', hint: 'Compare planes or lines.' });
    await expect(compare({ out: out('csv') })).rejects.toMatchObject({ code: 'surface.compare.format' });
    await expect(compare({ out: out('png') }, plane, 5)).rejects.toMatchObject({ code: 'surface.compare.count' });
    await expect(compare({ out: out('png'), trust: true })).rejects.toMatchObject({ code: 'surface.compare.one' });
    await expect(compare({ out: out('png'), topology: 0.1 })).rejects.toMatchObject({ code: 'surface.compare.one' });
    await expect(compare({ out: out('png'), overCheckpoints: 'all' })).rejects.toMatchObject({ code: 'surface.compare.series' });
    await expect(compare({ out: join(outside, 'nowhere', 'file.png') })).rejects.toThrow('nowhere');
  });

  it('several runs: a quantity that one of them does not have, before the first is computed', async () => {
    await expect(compare({ out: out('png'), metric: 'rmse' })).rejects.toMatchObject({ code: 'surface.metric', message: expect.stringContaining('rmse') as string });
  });

  it('over training: volumes as pictures, another ending, what is asked of one moment', async () => {
    for (const ending of ['html', 'png', 'zip']) await expect(series({ out: out(ending) }, volume)).rejects.toMatchObject({ code: 'landscape.series.volume', hint: expect.stringContaining('.json') as string });
    await expect(series({ out: out('gltf') })).rejects.toMatchObject({ code: 'surface.series.format' });
    await expect(series({ out: out('html'), trust: true })).rejects.toMatchObject({ code: 'surface.series.one' });
    await expect(series({ out: join(outside, 'nowhere', 'file.html') })).rejects.toThrow('nowhere');
  });

  it('nothing was written, neither in the run nor outside', () => {
    expect(readdirSync(outside)).toEqual([]);
    const surfaces = runPaths(folder).surfaces;
    expect(existsSync(surfaces) ? readdirSync(surfaces) : []).toEqual([]);
  });
});
