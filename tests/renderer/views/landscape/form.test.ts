import { describe, expect, it } from 'vitest';
import type { Surface } from '#host-client';
import { firstRequest, formOf, goesUpwards, listingTitle, type Request, requestOf, steered, steeringQuantities, toRequest } from '../../../../renderer/views/landscape/landscape.svelte';

type Range = readonly [number, number];

/** As much of a surface as says how it was made. */
function surfaceOf(plane: Record<string, unknown>, counts: readonly number[], ranges: readonly Range[], more: Record<string, unknown> = {}): Surface {
  const grid = Object.fromEntries(['x', 'y', 'z'].slice(0, counts.length).map((axis, i) => [axis, { from: ranges[i]![0], to: ranges[i]![1], count: counts[i] }]));
  const [x, y, z] = counts.map((count) => new Float64Array(count));
  return { x, y, z, values: { loss: new Float64Array(1) }, recipe: { run: { checkpoint: '40' }, plane, grid, split: 'test', subset: { count: 7, seed: 3 }, batchNorm: 'batch', ...more } } as unknown as Surface;
}

const both = (half: number): Range => [-half, half];
const asked = (surface: Surface) => toRequest('run', formOf('run', surface));

describe('the form beside a saved surface', () => {
  it.each<[string, Surface, Partial<Request>]>([
    ['a volume', surfaceOf({ kind: 'random', seed: 5, normalization: 'layer', include: 'all' }, [9, 11, 13], [both(0.5), both(0.5), both(0.5)]), { plane: 'random', grid: [9, 11, 13], reach: 0.5, seed: 5, normalization: 'layer', include: 'all', split: 'test', subset: 7, checkpoint: 40, batchNorm: 'batch' }],
    ['eigenvectors', surfaceOf({ kind: 'eigenvectors', seed: 1, which: 'top-bottom', tolerance: 0.01, maxIterations: 9 }, [5, 7], [both(0.2), both(0.3)]), { plane: 'eigenvectors', which: 'top-bottom', reach: null }],
    ['an ascent as far as is usual', surfaceOf({ kind: 'ascent', seed: 1, radius: 0.2, steps: 5 }, [5, 7], [both(0.4), both(0.4)]), { plane: 'ascent', radius: 0.2, reach: null }],
    ['other weights', surfaceOf({ kind: 'through', of: [{ run: 'a', checkpoint: 'last' }, { run: 'b', checkpoint: '3' }] }, [5, 7], [[-1, 4], [-2, 3]]), { plane: 'through', others: [{ run: 'a', checkpoint: 'last' }, { run: 'b', checkpoint: 3 }], reach: null }],
    ['a range of its own on each axis', surfaceOf({ kind: 'random', seed: 5 }, [9, 11], [[-0.25, 2], [-1, 0.5]]), { plane: 'random', reach: { x: [-0.25, 2], y: [-1, 0.5] } }],
    ['one to both sides, another on each axis', surfaceOf({ kind: 'gradient', seed: 5 }, [9, 11], [both(0.25), both(2)]), { plane: 'gradient', reach: { x: [-0.25, 0.25], y: [-2, 2] } }],
  ])('asks for the same: %s', (_, surface, expected) => {
    expect(formOf('run', surface)).toMatchObject(expected);
    const { range, eigenvectors: _e, ascent: _a, ...request } = requestOf('run', surface);
    expect(asked(surface)).toMatchObject(request);
    // The range is the plane's own where it chooses one that one number cannot tell.
    expect(asked(surface).range).toEqual(expected.reach === null ? undefined : range);
  });

  it('asks for the line again, and keeps a second number of points for a plane', () => {
    const line = surfaceOf({ kind: 'line', seed: 2 }, [31, 1], [both(2), [0, 0]]);
    expect(formOf('run', line)).toMatchObject({ plane: 'line', grid: [31, firstRequest.grid[1]], reach: 2 });
    expect(asked(line).grid).toEqual([31, 1]);
  });
});

it('a saved surface is called by its plane in words', () => {
  for (const plane of ['random', 'trajectory', 'line', 'through', 'gradient', 'ascent', 'eigenvectors', 'vectors']) expect(listingTitle({ plane, grid: [5, 5] })).toMatch(/^(Line|.*[Pp]lane.*), 5×5$/);
  expect(listingTitle({ plane: 'ascent', grid: [51, 1] })).toBe('Line of the ascent, 51 points');
  expect(listingTitle({ plane: 'random', grid: [5, 6, 7], member: 2 })).toBe('Random volume, 5×6×7, member 2');
});

it('a range goes upwards on each axis', () => {
  expect([null, 2, { x: [-1, 2], y: [0, 1] }, { x: [-1, 2], y: [1, 1] }, { x: [2, -1], y: [0, 1] }].map((reach) => goesUpwards(reach as Request['reach']))).toEqual([true, true, true, false, false]);
});

describe('points chosen where a quantity bends', () => {
  it('are asked for again by the same quantity', () => {
    const surface = surfaceOf({ kind: 'random', seed: 0 }, [65, 33], [both(1), both(1)], { adaptive: { points: 300, quantity: 'accuracy' } });
    expect(formOf('run', surface).adaptive).toEqual({ points: 300, quantity: 'accuracy' });
    expect(asked(surface).adaptive).toEqual({ points: 300, quantity: 'accuracy' });
  });

  it('may follow whatever says something of the network, of classes and derivatives where those are asked for', () => {
    const computed = ['loss', 'accuracy', 'loss/cat', 'top-eigenvalue', 'top-eigenvalue/residual', 'trace', 'trace/interval'];
    expect(steeringQuantities({ quantities: ['trace'], perClass: false }, computed)).toEqual(['loss', 'accuracy', 'trace']);
    expect(steeringQuantities({ quantities: [], perClass: true }, computed)).toEqual(['loss', 'accuracy', 'loss/cat']);
  });

  it('follow the loss where their quantity is not computed any more', () => {
    const by = (quantity: string, part: Partial<Request> = {}) => steered({ ...firstRequest, adaptive: { points: 300, quantity }, ...part }).adaptive;
    expect([by('accuracy'), by('trace'), by('trace', { quantities: ['trace'] }), by('loss/cat'), by('loss/cat', { perClass: true })].map((adaptive) => adaptive?.quantity)).toEqual(['accuracy', 'loss', 'trace', 'loss', 'loss/cat']);
    expect(steered(firstRequest)).toBe(firstRequest);
  });
});
