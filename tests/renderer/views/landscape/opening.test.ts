import { describe, expect, it } from 'vitest';
import type { HostClient, Path, Surface } from '#host-client';
import { Landscape } from '../../../../renderer/views/landscape/landscape.svelte';
import { formOf, Paths, type Request, toRequest } from '../../../../renderer/views/landscape/paths/paths.svelte';

/** Answers of an engine, given in the order that the test chooses. */
class Answers<T> {
  readonly #waiting = new Map<string, { resolve: (value: T) => void; reject: (error: Error) => void }>();
  readonly get = ({ id }: { id: string }): Promise<T> => new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));

  async give(id: string, value: T | Error): Promise<void> {
    const { resolve, reject } = this.#waiting.get(id)!;
    if (value instanceof Error) reject(value);
    else resolve(value);
    await new Promise((done) => setTimeout(done));
  }
}

const surfaceNamed = (id: string) => ({ id, title: id, x: new Float64Array(2), y: new Float64Array(2), values: {}, recipe: { plane: { kind: 'random' } }, axes: ['a', 'b'] }) as unknown as Surface;
const pathNamed = (id: string, recipe: object = {}) => ({ id, recipe, values: {} }) as unknown as Path;
async function* nothing(): AsyncGenerator<never> {}

describe('of what is opened and computed, the last one asked for is shown, whichever answer comes first', () => {
  it('a surface that comes late does not take the place of one that was chosen after it, nor does its failure', async () => {
    const [answers, landscape] = [new Answers<Surface>(), new Landscape('run')];
    const client = { surfaces: answers } as unknown as HostClient;
    const opened = [landscape.open(client, 'first'), landscape.open(client, 'second')];
    await answers.give('second', surfaceNamed('second'));
    await answers.give('first', surfaceNamed('first'));
    await Promise.all(opened);
    expect(landscape.shown!.id).toBe('second');
    const again = [landscape.open(client, 'first'), landscape.open(client, 'third')];
    await answers.give('third', surfaceNamed('third'));
    await answers.give('first', new Error('gone'));
    await Promise.all(again);
    expect([landscape.shown!.id, landscape.failure]).toEqual(['third', null]);
  });

  it('nor of one that was computed meanwhile', async () => {
    const [answers, landscape] = [new Answers<Surface>(), new Landscape('run')];
    async function* computed() {
      await Promise.resolve();
      yield { kind: 'start', surface: surfaceNamed('new') };
    }
    const client = { surfaces: { get: answers.get, compute: () => Promise.resolve(computed()), list: () => Promise.resolve([]) } } as unknown as HostClient;
    const opened = landscape.open(client, 'old');
    await landscape.compute(client, { run: 'run' });
    await answers.give('old', surfaceNamed('old'));
    await opened;
    expect(landscape.shown!.id).toBe('new');
  });

  it('a path, too', async () => {
    const [answers, paths] = [new Answers<Path>(), new Paths('run')];
    const client = { paths: { get: answers.get, compute: () => Promise.resolve(nothing()), list: () => Promise.resolve([]) } } as unknown as HostClient;
    const opened = [paths.open(client, 'first'), paths.open(client, 'second')];
    await answers.give('second', pathNamed('second'));
    await answers.give('first', pathNamed('first'));
    await Promise.all(opened);
    expect(paths.shown!.id).toBe('second');
    const late = paths.open(client, 'third');
    await paths.compute(client, { run: 'run', to: { run: 'other' } });
    await answers.give('third', pathNamed('third'));
    await late;
    expect(paths.shown!.id).toBe('second');
  });
});

it('the form beside a saved path asks for the same path', () => {
  const recipe = {
    to: { run: 'other', checkpoint: '12', member: 3 }, kind: 'band', align: true, run: { checkpoint: 'best' }, seed: 4, training: { epochs: 7, batchSize: 9, learningRate: 0.01, momentum: 0.9 },
    band: { pivots: 6, cycles: 4, spring: 0.5 }, points: 31, subset: null,
  };
  const request: Request = formOf(pathNamed('band', recipe));
  expect(toRequest('run', request)).toEqual({ run: 'run', to: { run: 'other', checkpoint: 12, member: 3 }, kind: 'band', align: true, checkpoint: 'best', seed: 4, epochs: 7, batchSize: 9, learningRate: 0.01, pivots: 6, points: 31, subset: null });
  expect(formOf(pathNamed('line', { ...recipe, kind: 'line', training: null, band: null, subset: { count: 50, seed: 4 } }))).toMatchObject({ kind: 'line', epochs: null, batchSize: null, subset: 50 });
});
