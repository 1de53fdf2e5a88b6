import { existsSync, readdirSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CurvatureProblem } from '#core/curvature';
import { mul, square, sum } from '#core/graph';
import { axisNames, innerProduct, type Surface } from '#core/landscape';
import {
  checkRunSurface, computeRunCurvature, computeRunSurface, createRun, curvatureRequestSchema, estimateRunSurface, executeRun, openRun, openRunSurface, surfaceRequestSchema, type OpenRun,
} from '#core/runs';
import { hessianEigenvectors, type EigenvectorPlane } from '../../../../core/runs/surfaces/eigenvectors';
import { setUpSurface } from '../../../../core/runs/surfaces/setup';
import { told } from '../../../../core/runs/surfaces/told';
import { small, temporaryHome } from '../samples';

temporaryHome();

type Named = Record<string, Float32Array>;
const plane: EigenvectorPlane = { kind: 'eigenvectors', which: 'top2', seed: 0, normalization: 'none', include: 'all', tolerance: 1e-6, maxIterations: 100 };

/** `loss = 1/2 sum_i h_i w_i^2 + 3 b`, in weights `w` and a bias. */
function quadratic(h: readonly number[]): CurvatureProblem {
  const losses: CurvatureProblem['losses'] = (p, _b, x) => mul(sum(mul(x, square(p['w']!)), 1), 0.5);
  return {
    parameters: { w: { data: new Float32Array(h.length), shape: [h.length], kind: 'weight' }, b: { data: new Float32Array(1), shape: [1], kind: 'bias' } },
    buffers: {},
    exampleSpecs: { x: { shape: [2, h.length], dtype: 'float32' }, y: { shape: [2], dtype: 'int32' } },
    batches: [{ x: Float32Array.from([...h, ...h]), y: new Int32Array(2), mask: Float32Array.of(1, 1), count: 2 }],
    outputs: (_p, _b, x) => x,
    loss: (outputs) => sum(outputs, 1),
    losses,
  };
}

describe('eigenvectors of a quadratic', () => {
  const h = [5, -2, 3, 0.5];

  it('are its axes, with its curvatures: the two largest, or the largest and the smallest', async () => {
    const top = await hessianEigenvectors(quadratic(h), plane, { device: 'reference' });
    expect(top.eigenvalues!.map(({ label }) => label)).toEqual(['lambda_1', 'lambda_2']);
    const both = await hessianEigenvectors(quadratic(h), { ...plane, which: 'top-bottom' }, { device: 'reference' });
    expect(both.eigenvalues!.map(({ label }) => label)).toEqual(['lambda_1', 'lambda_min']);
    for (const [found, places] of [[top, [0, 2]], [both, [0, 1]]] as const) {
      places.forEach((place, k) => {
        expect(found.eigenvalues![k]!.value).toBeCloseTo(h[place]!, 6);
        expect(found.eigenvalues![k]).toMatchObject({ converged: true });
        found.directions[k]!['w']!.forEach((value, i) => expect(value).toBeCloseTo(Number(i === place), 5));
      });
    }
  });

  it('leave out what does not move', async () => {
    const { directions } = await hessianEigenvectors(quadratic(h), { ...plane, include: 'weights' }, { device: 'reference' });
    expect(Object.keys(directions[0])).toEqual(['w']);
  });
});

describe('the plane of eigenvectors of a run', () => {
  let run: OpenRun;
  const request = surfaceRequestSchema.parse({ plane: 'eigenvectors', grid: [5, 5], subset: 64, eigenvectors: { tolerance: 1e-4 } });
  const program = 'test';

  beforeAll(async () => {
    const folder = createRun(small({ model: { use: 'mlp', widths: [8], activation: 'tanh' }, training: { epochs: 20, batchSize: 32 } }));
    await executeRun(folder);
    run = await openRun(folder, { device: 'reference' });
  });

  async function computed(asked = request): Promise<{ surface: Surface; kinds: string[] }> {
    const kinds: string[] = [];
    for await (const event of computeRunSurface(run, asked, { program })) {
      kinds.push(event.kind);
      if (event.kind === 'end') return { surface: event.surface, kinds };
    }
    throw new Error('no end');
  }

  it('aborted while they are searched for, keeps nothing and can be asked again', async () => {
    const abort = new AbortController();
    const asked = async (): Promise<void> => {
      for await (const event of computeRunSurface(run, request, { program, signal: abort.signal })) if (event.kind === 'preparing') abort.abort();
    };
    await expect(asked()).rejects.toThrow(/abort/i);
    expect(existsSync(run.paths.directions('x').replace(/x\.safetensors$/, ''))).toBe(false);
  });

  it('costs the search before it is known, and only the points after', async () => {
    expect((await estimateRunSurface(run, request, { program })).preparationSeconds).toBeGreaterThan(0);
    const { kinds } = await computed();
    expect(kinds).toContain('preparing');
    expect(await estimateRunSurface(run, request, { program })).not.toHaveProperty('preparationSeconds');
    expect((await computed()).kinds).not.toContain('preparing');
  });

  it('has unit axes along which the loss rises by lambda t^2 / 2, with the eigenvalues that the Curvature view tells', async () => {
    const { surface } = await computed({ ...request, range: { x: [-0.002, 0.002], y: [-0.002, 0.002] } });
    const loss = surface.values['loss']!;
    const centre = surface.centre['loss']!;
    const report = await computeRunCurvature(run, curvatureRequestSchema.parse({ top: 2, subset: 64, tolerance: 1e-4 }));
    const directions = (await setUpSurface(run, request, { program })).plane.directions as readonly Named[] as [Named, Named];
    expect(innerProduct(directions[0], directions[0])).toBeCloseTo(1, 6);
    expect(innerProduct(directions[0], directions[1])).toBeCloseTo(0, 4);
    [[10, 14, 0], [2, 22, 1]].forEach(([low, high, axis]) => {
      const { value } = surface.eigenvalues![axis!]!;
      expect((loss[low!]! + loss[high!]! - 2 * centre) / 0.002 ** 2 / value).toBeCloseTo(1, 2);
      expect(value / report.eigenvalues!.largest[axis!]!.value).toBeCloseTo(1, 3);
    });
  });

  it('shows them on its axes, and keeps them in the folder; the range is where the bend is as high as the loss', async () => {
    const { surface } = await computed();
    const [first, second] = surface.eigenvalues!;
    expect(axisNames(surface)).toEqual([expect.stringMatching(/^top Hessian eigenvector \(eigenvalue [\d.]+\)$/), expect.stringMatching(/^second Hessian eigenvector \(eigenvalue [\d.]+( ± [\d.e-]+)?\)$/)]);
    const [id] = readdirSync(run.paths.surfaces).filter((name) => name.startsWith('eigenvectors-') && existsSync(`${run.paths.surface(name)}/values.npy`) && name.includes('5x5'));
    expect((await openRunSurface(run.paths.folder, id!)).eigenvalues).toHaveLength(2);
    expect((first!.value * surface.x[4]! ** 2) / 2 / surface.centre['loss']!).toBeCloseTo(1, 0);
    expect((second!.value * surface.y[4]! ** 2) / 2).toBeLessThan(surface.centre['loss']! * 1.2);
  });

  it('is told with its residual where the search ended early, and doubted', async () => {
    const early = { ...request, eigenvectors: { ...request.eigenvectors, tolerance: 1e-6, maxIterations: 3 } };
    const { surface } = await computed(early);
    expect(axisNames(surface)[1]).toMatch(/^second Hessian eigenvector \(eigenvalue -?[\d.]+ ± [\d.]+, not converged\)$/);
    const checks = await checkRunSurface(run, early, { program });
    expect(checks.find(({ name }) => name === 'eigenvectors')).toMatchObject({ passed: false, says: expect.stringContaining('residual') as string });
    expect(checks.find(({ name }) => name === 'repeatability')).toMatchObject({ passed: null, says: expect.stringContaining('not drawn') as string });
  });

  it('passes the check of its search where it has converged', async () => {
    const checks = await checkRunSurface(run, request, { program });
    expect(checks.find(({ name }) => name === 'eigenvectors')).toMatchObject({ passed: true });
  });
});

describe('what a computation tells', () => {
  it('is told before its result; left early, it is aborted and waited for', async () => {
    let ended = 0;
    const work = async (tell: (news: number) => void, signal: AbortSignal): Promise<string> => {
      for (let i = 0; i < 100; i++) {
        await Promise.resolve();
        if (signal.aborted) break;
        tell(i);
      }
      ended++;
      return 'result';
    };
    const all: unknown[] = [];
    const whole = told(work);
    for (let next = await whole.next(); ; next = await whole.next()) {
      all.push(next.value);
      if (next.done) break;
    }
    expect(all.at(-1)).toBe('result');
    expect(all.length).toBeGreaterThan(1);
    for await (const news of told(work)) if (news >= 1) break;
    expect(ended).toBe(2);
  });
});
