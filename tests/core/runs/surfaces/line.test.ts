import { expect, it } from 'vitest';
import type { Surface } from '#core/landscape';
import { computeRunSurface, createRun, executeRun, openRun, surfaceRequestSchema } from '#core/runs';
import { small, temporaryHome } from '../samples';

temporaryHome();

it('a grid of one row is the line through the centre, that of the middle row of the plane; other axes of one point are refused', async () => {
  const folder = createRun(small({ model: { use: 'mlp', widths: [6] }, training: { epochs: 1, batchSize: 64 } }));
  await executeRun(folder);
  const run = await openRun(folder);
  const computed = async (grid: number[]): Promise<Surface> => {
    for await (const event of computeRunSurface(run, surfaceRequestSchema.parse({ grid, range: { x: [-1, 1], y: [-1, 1] } }), { program: 'test' })) if (event.kind === 'end') return event.surface;
    throw new Error('no end');
  };
  const line = await computed([5, 1]);
  const plane = await computed([5, 3]);
  expect(Array.from(line.y)).toEqual([0]);
  expect(line.values['loss']![2]).toBeCloseTo(line.centre['loss']!, 5);
  Array.from(line.values['loss']!).forEach((value, i) => expect(value / plane.values['loss']![5 + i]!).toBeCloseTo(1, 5));
  for (const grid of [[1, 5], [1, 1], [5, 1, 5], [5, 5, 1]]) await expect(computed(grid)).rejects.toMatchObject({ code: 'surface.grid', hint: expect.stringMatching(/^Use the grid (5x1, a|51x1, a|5x5\.)/) as string });
});
