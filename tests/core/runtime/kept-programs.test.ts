import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import * as g from '#core/graph';
import { compile, keepPrograms, ProgramStore } from '#core/runtime';
import { describeGraph } from '../../../core/runtime/kept/graph-text';
import { BLOCKED_DOMAIN, blockSize } from '../../../core/runtime/onnx/lower/blocked/block-size';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'basin-programs-'))));
afterEach(() => {
  keepPrograms(() => undefined);
  rmSync(folder, { recursive: true, force: true });
});

const files = (): string[] => readdirSync(folder).sort();
const numbers = (shape: readonly number[], name: string): Float32Array => new g.Philox(3, name).normals(g.sizeOf(shape));

type Build = () => g.Graph;
type Weights = Record<string, g.Tensor>;

/** A step of gradient descent on `loss`, whose weights have these shapes. */
const stepOf = (shapes: Record<string, readonly number[]>, x: readonly number[], loss: (w: Weights, x: g.Tensor) => g.Tensor): Build => () =>
  g.trace(
    ({ w, x: examples }: { w: Weights; x: g.Tensor }) => {
      const [value, slopes] = g.valueAndGrad(loss)(w, examples);
      return { value, w: Object.fromEntries(Object.entries(w).map(([name, old]) => [name, g.sub(old, g.mul(slopes[name]!, 0.01))])) };
    },
    { w: Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, g.spec(shape)])), x: g.spec(x) },
  );

const layers = Array.from({ length: 8 }, (_, i) => `w${i}`);
const chain = (w: Weights, x: g.Tensor): g.Tensor => g.mean(g.square(layers.reduce((y, name) => g.gelu(g.matmul(y, w[name]!)), x)));
const chainShapes = Object.fromEntries(layers.map((name) => [name, [6, 6]]));

const graphs: Record<string, Build> = {
  'convolutions in blocks, with BatchNorm': stepOf(
    { ...Object.fromEntries(layers.map((name) => [name, [16, 16, 3, 3]])), first: [16, 3, 3, 3], scale: [16], shift: [16] },
    [8, 3, 12, 12],
    (w, x) => g.mean(g.square(layers.reduce((y, name) => {
      const z = g.conv(y, w[name]!, { padding: 1 });
      return g.add(y, g.relu(g.batchNorm(z, w['scale']!, w['shift']!).y));
    }, g.conv(x, w['first']!, { padding: 1 })))),
  ),
  'a loop and its gradient': stepOf({ ...chainShapes, u: [6, 6] }, [9, 4, 6], (w, x) => {
    const [last, all] = g.scan((hidden, at) => {
      const next = layers.reduce((y, name) => g.tanh(g.add(g.matmul(y, w[name]!), g.matmul(at, w['u']!))), hidden);
      return [next, next];
    }, g.zeros([4, 6]), x);
    return g.add(g.mean(g.square(last)), g.mean(all));
  }),
  'a population': () =>
    g.trace(({ w, x }: { w: Weights; x: g.Tensor }) => g.vmap((own: Weights, data: g.Tensor) => {
      const [value, slopes] = g.valueAndGrad(chain)(own, data);
      return { value, slopes };
    }, { inAxes: [0, null] })(w, x) as { value: g.Tensor; slopes: Weights }, { w: Object.fromEntries(layers.map((name) => [name, g.spec([5, 6, 6])])), x: g.spec([7, 6]) }),
  'attention, and numbers drawn in the program': stepOf({ ...chainShapes, q: [6, 6], k: [6, 6], v: [6, 6] }, [2, 5, 6], (w, x) => {
    const kept = g.bernoulli(g.constant([1, 2], [2], 'int32'), 0.7, [2, 5, 6]);
    const attended = g.attention(g.matmul(x, w['q']!), g.matmul(x, w['k']!), g.matmul(x, w['v']!), { causal: true });
    return chain(w, g.where(g.cast(kept, 'bool'), attended, x));
  }),
};

async function results(graph: g.Graph): Promise<Record<string, Uint8Array>> {
  const program = await compile(graph, { device: 'cpu', threads: 1 });
  const made = await program.run(Object.fromEntries(graph.inputs.map(({ name, shape }) => [name, numbers(shape, name)])));
  const read = await Promise.all(Object.entries(made).map(async ([name, array]) => [name, new Uint8Array((await array.read()).buffer)] as const));
  await program.dispose();
  return Object.fromEntries(read);
}

describe.each(Object.entries(graphs))('%s', (_, build) => {
  test('comes from the disk with the same bits', async () => {
    const fresh = await results(build());
    keepPrograms(() => folder);
    expect(await results(build())).toEqual(fresh);
    expect(files()).toHaveLength(1);
    const path = join(folder, files()[0]!);
    const { ino } = statSync(path);
    utimesSync(path, 1, 1);
    expect(await results(build())).toEqual(fresh);
    expect(files()).toHaveLength(1);
    // Used, and not written again.
    expect(statSync(path)).toMatchObject({ ino });
    expect(statSync(path).mtimeMs).toBeGreaterThan(1000);
  });
});

test('convolutions are kept as ONNX Runtime lays them out on this processor', async () => {
  keepPrograms(() => folder);
  await results(graphs['convolutions in blocks, with BatchNorm']!());
  expect(readFileSync(join(folder, files()[0]!)).includes(BLOCKED_DOMAIN)).toBe((await blockSize()) !== undefined);
});

describe('a program that is kept', () => {
  const build = stepOf(chainShapes, [7, 6], chain);

  test.each<[string, (bytes: Buffer) => Uint8Array]>([
    ['cut short', (bytes) => bytes.subarray(0, bytes.length - 1)],
    ['cut to its beginning', (bytes) => bytes.subarray(0, 20)],
    ['empty', () => new Uint8Array()],
    ['longer', (bytes) => Buffer.concat([bytes, Buffer.of(0)])],
    ['of another layout', (bytes) => Buffer.concat([Buffer.from('BASINPR0'), bytes.subarray(8)])],
    ['turned in a bit of its digest', (bytes) => turned(bytes, 12)],
    ['turned in a bit of its model', (bytes) => turned(bytes, bytes.length >> 1)],
  ])('and is %s is made anew', async (_, damage) => {
    const fresh = await results(build());
    keepPrograms(() => folder);
    await results(build());
    const path = join(folder, files()[0]!);
    const whole = readFileSync(path);
    writeFileSync(path, damage(whole));
    expect(await results(build())).toEqual(fresh);
    expect(files()).toEqual([path.slice(folder.length + 1)]);
    expect(readFileSync(path).equals(whole)).toBe(true);
  });

  test('and holds what ONNX Runtime refuses is made anew', async () => {
    const fresh = await results(build());
    keepPrograms(() => folder);
    await results(build());
    const store = new ProgramStore(folder);
    const key = files()[0]!.replace('.program', '');
    const { model, memory } = store.read(key)!;
    store.write(key, { model: Uint8Array.of(1, 2, 3), memory });
    expect(await results(build())).toEqual(fresh);
    expect(Buffer.from(store.read(key)!.model).equals(model)).toBe(true);
  });

  test('is refused like a new one where memory is short', async () => {
    keepPrograms(() => folder);
    await results(build());
    await expect(compile(build(), { device: 'cpu', memoryLimit: 1000 })).rejects.toMatchObject({ code: 'runtime.memory' });
  });

  test('is of one number of threads; small programs and other devices keep none; nothing is kept unasked', async () => {
    for (const device of ['cpu', 'reference'] as const) await (await compile(build(), { device, threads: 1 })).dispose();
    expect(files()).toEqual([]);
    keepPrograms(() => folder);
    await (await compile(build(), { device: 'reference' })).dispose();
    await (await compile(g.trace(({ x }: { x: g.Tensor }) => g.add(x, 1), { x: g.spec([3]) }), { device: 'cpu' })).dispose();
    expect(files()).toEqual([]);
    for (const threads of [1, 2, 1]) await (await compile(build(), { device: 'cpu', threads })).dispose();
    expect(files()).toHaveLength(2);
  });

  test('is made without the disk, and a warning says so, where the folder takes nothing', async () => {
    const blocked = join(folder, 'file');
    writeFileSync(blocked, '');
    keepPrograms(() => join(blocked, 'programs'));
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve));
    const kept = await results(build());
    expect((await warned).message).toMatch(/^compiled programs cannot be kept, each start compiles them again: .*programs/);
    keepPrograms(() => undefined);
    expect(kept).toEqual(await results(build()));
  });
});

function turned(bytes: Buffer, at: number): Uint8Array {
  const copy = Buffer.from(bytes);
  copy[at]! ^= 4;
  return copy;
}

describe('a graph described', () => {
  const of = (graph: g.Graph): string => {
    const hash = createHash('sha256');
    expect(describeGraph(graph, hash)).toBeGreaterThan(0);
    return hash.digest('hex');
  };
  const traced = (f: (x: g.Tensor) => g.Tensor, shape: readonly number[] = [4, 4], name = 'x'): string => of(g.trace((inputs: Weights) => ({ y: f(inputs[name]!) }), { [name]: g.spec(shape) }));
  const large = (changed: number): Float32Array => Float32Array.from({ length: 100 }, (_, i) => (i === 77 ? changed : i));
  const loop = (f: (x: g.Tensor) => g.Tensor, options: { reverse?: boolean } = {}) => (x: g.Tensor): g.Tensor => g.scan((carry, at) => [f(g.add(carry, at)), carry] as const, g.zeros([4]), x, options)[1] as g.Tensor;

  test('is the same for the same graph, its large constants made anew', () => {
    const add = (x: g.Tensor): g.Tensor => g.add(x, g.constant(large(0), [100]));
    expect(traced(add, [100])).toBe(traced(add, [100]));
    expect(traced(loop(g.tanh))).toBe(traced(loop(g.tanh)));
  });

  test('differs wherever the graph does', () => {
    const variants = [
      traced(g.tanh), traced(g.sigmoid), traced(g.tanh, [4, 5]), traced(g.tanh, [4, 4], 'z'),
      traced((x) => g.sum(x, [0])), traced((x) => g.sum(x, [1])), traced((x) => g.transpose(x)),
      traced((x) => g.maximum(x, 0)), traced((x) => g.maximum(x, -0)), traced((x) => g.maximum(x, Number.MIN_VALUE)), traced((x) => g.maximum(x, 1e-300)),
      traced((x) => g.add(x, g.constant([1, 2, 3, 4]))), traced((x) => g.add(x, g.constant([1, 2, 3, 5]))),
      traced((x) => g.add(x, g.constant(large(0), [100])), [100]), traced((x) => g.add(x, g.constant(large(1e-30), [100])), [100]),
      traced(loop(g.tanh)), traced(loop(g.sigmoid)), traced(loop(g.tanh, { reverse: true })),
      of(g.trace(({ x }: { x: g.Tensor }) => ({ other: g.tanh(x) }), { x: g.spec([4, 4]) })),
      of(g.trace(({ x }: { x: g.Tensor }) => ({ y: g.tanh(x), z: g.tanh(x) }), { x: g.spec([4, 4]) })),
      of(g.trace(({ x }: { x: g.Tensor }) => ({ y: g.tanh(x) }), { x: g.spec([4, 4]), unused: g.spec([]) })),
    ];
    expect(new Set(variants).size).toBe(variants.length);
  });
});

describe('the folder', () => {
  const memory = { total: 5e9, intermediates: 1.5 };
  const program = (size: number): { model: Uint8Array; memory: typeof memory } => ({ model: new Uint8Array(size).fill(7), memory });

  test('gives back what was written', () => {
    const store = new ProgramStore(folder);
    expect(store.read('a')).toBeUndefined();
    store.write('a', program(10));
    const { model, memory: read } = store.read('a')!;
    expect([...model]).toEqual(Array(10).fill(7));
    expect(read).toEqual(memory);
  });

  test('keeps what was used last within its limit, and nothing too large', () => {
    const store = new ProgramStore(folder, 3500);
    for (const [i, key] of ['a', 'b', 'c'].entries()) {
      store.write(key, program(1000));
      utimesSync(join(folder, `${key}.program`), 1000 + i, 1000 + i);
    }
    store.read('a');
    store.write('d', program(1000));
    expect(files()).toEqual(['a.program', 'c.program', 'd.program']);
    expect(store.size()).toEqual({ programs: 3, bytes: 3 * 1056, limit: 3500 });
    store.write('e', program(17e6));
    expect(store.size().programs).toBe(3);
  });

  test('is cleared of programs and of what a process left half-written, of nothing else', () => {
    const store = new ProgramStore(folder);
    store.write('a', program(10));
    writeFileSync(store.temporary(), 'half');
    const abandoned = store.temporary();
    writeFileSync(abandoned, 'half');
    utimesSync(abandoned, 1, 1);
    writeFileSync(join(folder, 'mine.txt'), '');
    store.write('b', program(10));
    expect(files()).toHaveLength(4);
    store.clear();
    expect(files().filter((name) => !name.endsWith('.part'))).toEqual(['mine.txt']);
    expect(files()).toHaveLength(2);
    expect(new ProgramStore(join(folder, 'none')).size()).toMatchObject({ programs: 0, bytes: 0 });
  });
});
