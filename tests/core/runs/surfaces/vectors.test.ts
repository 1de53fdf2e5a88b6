import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Surface } from '#core/landscape';
import { readSafetensors, writeSafetensors, type StoredTensor } from '#core/nn';
import { checkRunSurface, computeRunSurface, createRun, executeRun, openRun, surfaceDirections, surfaceRequestSchema, type OpenRun, type SurfaceRequest } from '#core/runs';
import { readDirections, writeDirections } from '../../../../core/runs/surfaces/direction-file';
import { small, temporaryHome } from '../samples';

const home = temporaryHome();
const program = 'test';
let run: OpenRun;
const file = join(home, 'mine.safetensors');

beforeAll(async () => {
  const folder = createRun(small({ training: { epochs: 3, batchSize: 32 } }));
  await executeRun(folder);
  run = await openRun(folder);
});

const ask = (more: Record<string, unknown>): SurfaceRequest => surfaceRequestSchema.parse({ grid: [5, 5], subset: 64, ...more });

async function computed(request: SurfaceRequest): Promise<{ surface: Surface; id: string }> {
  for await (const event of computeRunSurface(run, request, { program })) if (event.kind === 'end') return { surface: event.surface, id: event.id };
  throw new Error('no end');
}

describe('directions of a file', () => {
  it.each([
    ['random', {}], ['gradient', { normalization: 'layer' }], ['eigenvectors', { range: { x: [-1, 1], y: [-1, 1] } }],
    ['ascent', { range: { x: [-1, 1], y: [-1, 1] } }], ['trajectory', { range: { x: [-1, 1], y: [-1, 1] } }],
  ] as const)('saved of a %s plane make the same picture, bit for bit', async (plane, more) => {
    const request = ask({ plane, ...more });
    const { surface } = await computed(request);
    writeFileSync(file, await surfaceDirections(run, request, { program }));
    const again = await computed(ask({ plane: 'vectors', vectors: { file } }));
    expect(again.surface.values).toEqual(surface.values);
    expect(surface.values['loss']!.every(Number.isFinite)).toBe(true);
  });

  it('are kept with the run: the picture can be asked for again when the file is gone', async () => {
    writeFileSync(file, await surfaceDirections(run, ask({ seed: 3 }), { program }));
    const { surface, id } = await computed(ask({ plane: 'vectors', vectors: { file } }));
    rmSync(file);
    const { plane } = surface.recipe;
    if (plane.kind !== 'vectors') throw new Error(plane.kind);
    expect(existsSync(run.paths.directions(`vectors-${plane.hash}`))).toBe(true);
    const again = await computed(ask({ plane: 'vectors', vectors: { kept: plane.hash, name: plane.file } }));
    expect(again.id).toBe(id);
    await expect(computed(ask({ plane: 'vectors', vectors: { kept: '0123456789abcdef', name: 'x' } }))).rejects.toThrow('keeps no directions 0123456789abcdef');
    const checks = await checkRunSurface(run, ask({ plane: 'vectors', vectors: { kept: plane.hash, name: plane.file } }), { program });
    expect(checks.find(({ name }) => name === 'repeatability')).toMatchObject({ passed: null });
  });

  it('one direction makes a line, three a volume; the grid has to fit', async () => {
    const { tensors } = readSafetensors(await surfaceDirections(run, ask({ grid: [3, 3, 3] }), { program }));
    const write = (places: readonly number[]): void =>
      writeFileSync(file, writeSafetensors(Object.fromEntries(Object.entries(tensors).filter(([name]) => places.includes(Number(name[0]))))));
    write([0]);
    const line = await computed(ask({ plane: 'vectors', vectors: { file } }));
    expect(line.surface.y).toHaveLength(1);
    write([0, 1, 2]);
    expect((await computed(ask({ plane: 'vectors', vectors: { file }, grid: [3, 3, 3] }))).surface.z).toHaveLength(3);
    await expect(computed(ask({ plane: 'vectors', vectors: { file } }))).rejects.toThrow('holds 3 directions, the grid 5x5 has 2 axes');
    await expect(computed(ask({ plane: 'eigenvectors', grid: [3, 3, 3] }))).rejects.toThrow('eigenvectors span a plane');
  });

  describe('that do not fit are refused by name', () => {
    const parameters = { 'a.weight': { shape: [2, 3] }, 'a.bias': { shape: [2] } };
    const weight: StoredTensor = { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) };
    const read = (tensors: Record<string, StoredTensor>) => readDirections(writeSafetensors(tensors), parameters, 'mine');

    it.each<[string, Record<string, StoredTensor>, string]>([
      ['another shape', { '0.a.weight': { ...weight, shape: [3, 2] } }, '"0.a.weight" is [3, 2], the network\'s a.weight is [2, 3]'],
      ['a stranger', { '0.a.weigth': weight }, '"0.a.weigth": did you mean "a.weight"?'],
      ['no number', { 'a.weight': weight }, '"a.weight" does not begin with 0., 1. or 2.'],
      ['nothing finite', { '0.a.bias': { shape: [2], data: Float32Array.of(1, NaN) } }, '"0.a.bias" holds numbers that are not finite'],
      ['zeros', { '0.a.bias': { shape: [2], data: new Float32Array(2) } }, 'no tensor of direction 0 (0.NAME) differs from zero'],
      ['a gap', { '1.a.weight': weight }, 'no tensor of direction 0 (0.NAME) differs from zero'],
    ])('%s', (_, tensors, says) => {
      expect(() => read(tensors)).toThrow(says);
    });

    it('two on one line span no plane', async () => {
      const shapes = run.parts.model.parameters;
      const [name, { shape }] = Object.entries(shapes)[0]!;
      const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i + 1);
      writeFileSync(file, writeDirections({ directions: [{ [name]: data }, { [name]: data.map((value) => 2 * value) }] }, shapes));
      await expect(computed(ask({ plane: 'vectors', vectors: { file } }))).rejects.toThrow('the two directions lie on one line, so they span no plane (rank one)');
    });
  });
});
