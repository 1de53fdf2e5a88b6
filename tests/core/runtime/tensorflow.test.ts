import fc from 'fast-check';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import * as g from '#core/graph';
import type { DeviceArray, Feed } from '#core/runtime';
import { TensorflowProgram } from '../../../core/runtime/tensorflow/program';
import { lowerings } from '../../../core/runtime/tensorflow/lower';
import { type Backend, load, loadTensorFlow, type Packages } from '../../../core/runtime/tensorflow/library';
import { restoreRemovedNodeFunctions } from '../../../core/runtime/tensorflow/removed-node-functions';
import { opCases } from '../graph/op-cases';
import { evaluate, evaluateWith, inputsOf, projected, relativeError } from '../graph/oracle';

const backends: Backend[] = ['wasm', 'cpu'];
const on = (...backend: Backend[]) => (graph: g.Graph) => TensorflowProgram.compile(graph, { backends: backend });

describe.each(backends)('TensorFlow.js (%s) against the float64 reference', (backend) => {
  test.each(opCases)('$name', async (opCase) => {
    await fc.assert(
      fc.asyncProperty(opCase.shapes, fc.nat(1e6), async (shapes, seed) => {
        const { xs, feeds } = inputsOf(opCase, shapes, seed);
        const y = opCase.f(xs, shapes);
        const outputs = [y];
        if (opCase.flat !== true) outputs.push(...g.gradients(projected(y, seed), xs.filter((x) => x.dtype === 'float32')));
        const [actual, exact] = [await evaluateWith(on(backend), outputs, feeds), await evaluate('reference', outputs, feeds)];
        actual.forEach((numbers, i) => expect(relativeError(numbers, exact[i]!, opCase.floor ?? 0.1)).toBeLessThan(1e-5));
      }),
      { numRuns: 12 },
    );
  });
});

test('every op of the graph has a lowering', () => {
  const sources = ['input', 'scalar', 'constant'];
  // Written out, or replaced by their values, before a graph is lowered.
  sources.push('loop', 'loopFinal', 'loopStack', 'checkpoint', 'checkpointOutput');
  expect(g.opNames().filter((name) => !(name in lowerings) && !sources.includes(name))).toEqual([]);
});

describe.each(backends)('TensorFlow.js (%s)', (backend) => {
  test('a NaN goes on where the reference lets it go on', async () => {
    const x = g.input('x', [4]);
    const other = g.input('other', [4]);
    const fs: ((x: g.Tensor) => g.Tensor)[] = [
      g.relu, (v) => g.max(v), (v) => g.min(v), (v) => g.maximum(0.5, v), (v) => g.maximum(v, other), (v) => g.maximum(other, v), (v) => g.minimum(other, v),
      (v) => g.clip(v, -1, 1), g.abs, g.sign, g.floor, g.exp, g.sigmoid, g.tanh, g.softplus, (v) => g.softmax(v), (v) => g.sum(v), (v) => g.logsumexp(v),
      (v) => g.matmul(g.reshape(v, [1, 4]), g.zeros([4, 3])), (v) => g.cast(g.notEqual(v, v), 'float32'), (v) => g.cast(g.greater(v, 0), 'float32'),
    ];
    const feeds = new Map([[x, Float32Array.of(1, NaN, -2, 3)], [other, Float32Array.of(0, 1, 2, NaN)]]);
    const outputs = fs.map((f) => f(x));
    const [actual, exact] = [await evaluateWith(on(backend), outputs, feeds), await evaluate('reference', outputs, feeds)];
    actual.forEach((numbers, i) => expect([...numbers].map(Number.isNaN), String(fs[i])).toEqual([...exact[i]!].map(Number.isNaN)));
  });

  test('whole numbers: quotients towards zero, products of matrices, sums', async () => {
    const [a, b] = [g.input('a', [2, 3], 'int32'), g.input('b', [3, 2], 'int32')];
    const feeds = new Map([[a, Int32Array.of(7, -7, 7, -7, 0, 5)], [b, Int32Array.of(2, 2, -2, -2, 3, -5)]]);
    const outputs = [g.div(a, g.reshape(b, [2, 3])), g.matmul(a, b), g.sum(a, 1), g.cast(g.mul(g.cast(a, 'int64'), 1000), 'float32'), g.sign(a)];
    expect(await evaluateWith(on(backend), outputs, feeds)).toEqual(await evaluate('reference', outputs, feeds));
  });

  test('one array read as right matrices of two shapes', async () => {
    const x = g.input('x', [3]);
    const [row, column] = [g.reshape(x, [1, 3]), g.reshape(x, [3, 1])];
    const outputs = [g.matmul(g.mul(g.matmul(g.full([1, 1], 2), row), 0.5), column), g.matmul(g.reshape(x, [3, 1]), row)];
    const feeds = new Map([[x, Float32Array.of(1, 2, 4)]]);
    expect(await evaluateWith(on(backend), outputs, feeds)).toEqual(await evaluate('reference', outputs, feeds));
  });

  test('runs leave no tensors behind, a failed one neither', async () => {
    const { tf } = await loadTensorFlow();
    const step = ({ w, i }: { w: g.Tensor; i: g.Tensor }) => ({ w: g.sub(w, g.mul(g.grad((v: g.Tensor) => g.sum(g.square(g.gather(v, i))))(w), 0.1)) });
    const program = await on(backend)(g.trace(step, { w: g.spec([5, 2]), i: g.spec([3], 'int32') }));
    let w: Feed = new Float32Array(10).fill(1);
    const before: number[] = [];
    for (let k = 0; k < 5; k++) {
      const next = await program.run({ w, i: Int32Array.of(0, 4, 4) });
      if ('dispose' in w) w.dispose();
      w = next['w']!;
      before.push(tf.memory().numTensors);
      await expect(program.run({ w, i: Int32Array.of(0, 5, 1) })).rejects.toThrow(/gather.*5/);
    }
    expect(new Set(before).size).toBe(1);
    expect([...((await (w as DeviceArray).read()) as Float32Array)].map((v) => Number(v.toFixed(4)))).toEqual([0.3277, 0.3277, 1, 1, 1, 1, 1, 1, 0.0778, 0.0778]);
    (w as DeviceArray).dispose();
    await program.dispose();
  });
});

describe('what TensorFlow.js cannot do is refused', () => {
  const compileOn = (graph: g.Graph) => TensorflowProgram.compile(graph);

  test('float64', async () => {
    const graph = g.trace(({ x }) => g.exp(x), { x: g.spec([2], 'float64') });
    await expect(compileOn(graph)).rejects.toThrow('TensorFlow.js has no float64');
    await expect(compileOn(graph)).rejects.toThrow(g.UserError);
  });

  test('an int64 beyond 32 bits, fed or constant', async () => {
    const program = await compileOn(g.trace(({ x }) => g.add(x, 1), { x: g.spec([2], 'int64') }));
    expect([...((await (await program.run({ x: BigInt64Array.of(3n, -4n) }))['output']!.read()) as BigInt64Array)]).toEqual([4n, -3n]);
    await expect(program.run({ x: BigInt64Array.of(3n, 2n ** 31n) })).rejects.toThrow('2147483648 in input x does not fit 32 bits');
    await expect(compileOn(g.trace(({ x }) => g.add(x, 2 ** 40), { x: g.spec([2], 'int64') }))).rejects.toThrow('does not fit 32 bits');
    await program.dispose();
  });

  test('bare 32-bit random words', async () => {
    const key = { key: g.spec([2], 'int32') };
    const words = g.trace((t) => g.randomUniform(t.key, [4]), key).outputs[0]!.tensor;
    const bits = g.topologicalOrder([words]).find(({ op }) => op === 'randomBits')!;
    const graph: g.Graph = { inputs: [{ name: 'key', shape: [2], dtype: 'int32' }], outputs: [{ name: 'y', tensor: bits }] };
    await expect(compileOn(graph)).rejects.toThrow('32-bit words do not fit');
  });
});

describe('which package computes', () => {
  test('functions that Node 23 removed are put back before the native package loads, others stay', () => {
    const kept = (): boolean => false;
    const util: Record<string, unknown> = { isArray: kept };
    restoreRemovedNodeFunctions(util);
    expect(util['isArray']).toBe(kept);
    const isNullOrUndefined = util['isNullOrUndefined'] as (value: unknown) => boolean;
    expect([null, undefined, 0, ''].map(isNullOrUndefined)).toEqual([true, true, false, false]);
  });

  const stub = (gpu: boolean) => ({ backend: () => ({ isUsingGpuDevice: gpu }) });
  const installed = mkdtempSync(path.join(tmpdir(), 'basin-tf-'));
  mkdirSync(path.join(installed, 'lib/napi-v8'), { recursive: true });
  writeFileSync(path.join(installed, 'lib/napi-v8/tfjs_binding.node'), '');
  afterAll(() => rmSync(installed, { recursive: true }));
  const having = (found: Record<string, unknown>): Packages => ({
    locate: (name) => (name in found ? installed : undefined),
    load(name) {
      if (found[name] instanceof Error) throw found[name];
      return found[name];
    },
  });

  test('the CUDA build first, then the native one, then plain JavaScript, with the reasons', async () => {
    const gpu = await load(having({ '@tensorflow/tfjs-node-gpu': stub(true) }));
    expect(gpu).toMatchObject({ source: '@tensorflow/tfjs-node-gpu', backends: ['tensorflow'], gpu: true, passedOver: [] });
    const broken = new Error('libcudart.so.11.0: cannot open shared object file: No such file or directory');
    const native = await load(having({ '@tensorflow/tfjs-node-gpu': broken, '@tensorflow/tfjs-node': stub(false) }));
    expect(native).toMatchObject({ source: '@tensorflow/tfjs-node', gpu: false, passedOver: ['@tensorflow/tfjs-node-gpu: the library libcudart.so.11.0 is missing'] });
    const plain = await load(having({}));
    expect(plain).toMatchObject({ source: '@tensorflow/tfjs-core', backends: ['wasm', 'cpu'], gpu: false });
    expect(plain.passedOver).toEqual(['@tensorflow/tfjs-node-gpu: it is not installed', '@tensorflow/tfjs-node: it is not installed']);
    const half = await load({ locate: () => tmpdir(), load: () => expect.unreachable() });
    expect(half.passedOver[0]).toBe('@tensorflow/tfjs-node-gpu: its native library was not installed');
  });

  test('a graph whose kernels WebAssembly lacks goes to plain JavaScript', async () => {
    const { tf, ...rest } = await loadTensorFlow();
    const lacking = { ...tf, getKernel: (name: string, backend: string) => (backend === 'wasm' && name === 'Sin' ? undefined : tf.getKernel(name, backend)) };
    const library = { ...rest, tf: lacking as typeof tf };
    const build = (f: (x: g.Tensor) => g.Tensor) => TensorflowProgram.compile(g.trace(({ x }) => f(x), { x: g.spec([2]) }), { library });
    expect([(await build(g.sin)).backend, (await build(g.cos)).backend]).toEqual(['cpu', 'wasm']);
    await expect(TensorflowProgram.compile(g.trace(({ x }) => g.sin(x), { x: g.spec([2]) }), { library, backends: ['wasm'] })).rejects.toThrow('no kernel Sin (for sin: float32[2])');
  });
});
