import fc from 'fast-check';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as ort from 'onnxruntime-node';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import * as g from '#core/graph';
import { bestGpu, compile, type DeviceArray, type Feed, findDevice } from '#core/runtime';
import { compileOnnx } from '../../../core/runtime/onnx/session';
import { opCases } from '../graph/op-cases';
import { evaluate, evaluateWith, inputsOf, projected, relativeError } from '../graph/oracle';
import { cnn, curveError, lossCurve, mlp, type Network } from './loss-curve';
import { noSoftwareGpu, onSoftwareGpu, softwareGpuEnvironment } from './software-gpu';

const reason = noSoftwareGpu();

// The tests below need an environment that stands when the process starts: this test runs the file once more in it.
test.skipIf(reason !== undefined || onSoftwareGpu())(`on a software adapter${reason === undefined ? '' : ` (${reason})`}`, () => {
  const vitest = path.join(path.dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
  const run = spawnSync(process.execPath, [vitest, 'run', '--project', 'core', import.meta.filename, '--reporter=dot'], { encoding: 'utf8', env: softwareGpuEnvironment() });
  expect(run.status, run.stdout + run.stderr).toBe(0);
}, 600_000);

type Tensors = Readonly<Record<string, ort.Tensor>>;

/** Every session's methods. */
const sessions = (ort.InferenceSession as unknown as { prototype: { run(feeds: Tensors): Promise<Tensors> } }).prototype;

/** Which tensors lie on the host, and have to cross to the GPU or came from it. */
const hostNames = (tensors: Tensors): string[] => Object.entries(tensors).flatMap(([name, { location }]) => (location === 'cpu' ? [name] : []));

const onGpu = (graph: g.Graph) => compileOnnx(graph, { device: 'webgpu' });

describe.runIf(onSoftwareGpu())('WebGPU', () => {
  // Discovery tries the device with a program of its own, once.
  beforeAll(() => findDevice('webgpu'));
  afterEach(() => vi.restoreAllMocks());

  test('the software adapter is called one, and never chosen by itself', async () => {
    expect(await findDevice('webgpu')).toMatchObject({ usable: true, software: true });
    expect(await bestGpu()).toBeUndefined();
  });

  // Shaders need not make a NaN where arithmetic does.
  test.each(opCases.filter(({ name }) => name !== 'isNaN'))('$name agrees with the reference', async (opCase) => {
    await fc.assert(
      fc.asyncProperty(opCase.shapes, fc.nat(1e6), async (shapes, seed) => {
        const { xs, feeds } = inputsOf(opCase, shapes, seed);
        const y = opCase.f(xs, shapes);
        const outputs = [y];
        if (opCase.flat !== true) outputs.push(...g.gradients(projected(y, seed), xs.filter((x) => x.dtype === 'float32')));
        const [actual, exact] = [await evaluateWith(onGpu, outputs, feeds), await evaluate('reference', outputs, feeds)];
        actual.forEach((numbers, i) => expect(relativeError(numbers, exact[i]!, opCase.floor)).toBeLessThan(2e-5));
      }),
      { numRuns: 1, seed: 7 },
    );
  });

  const networks: [string, Network][] = [['an MLP', mlp], ['a CNN', cnn]];

  // One run for all, since a software adapter takes long to compile a step.
  test.each(networks)('%s: parameters stay on the GPU, no node falls to the processor, 100 steps follow the CPU to 1e-4', async (_, network) => {
    const run = vi.spyOn(sessions, 'run');
    const folder = mkdtempSync(path.join(tmpdir(), 'basin-profile-'));
    const curve = await lossCurve(network, 'webgpu', 100, { profile: path.join(folder, 'step') });
    const steps = run.mock.calls.map(([feeds], i) => ({ feeds: hostNames(feeds), results: run.mock.results[i]!.value as Promise<Tensors> }));
    run.mockRestore();
    expect(curveError(curve, await lossCurve(network, 'cpu'))).toBeLessThan(1e-4);

    const batch = ['x', 'labels', 'key', '%random0'];
    const state = Object.keys(network.weights).flatMap((name) => [`weights.${name}`, `velocity.${name}`]);
    expect(steps).toHaveLength(100);
    for (const [i, { feeds, results }] of steps.entries()) {
      expect(feeds.sort()).toEqual([...batch, ...(i === 0 ? state : [])].sort());
      expect(hostNames(await results)).toEqual(['loss']);
    }

    const [file] = readdirSync(folder);
    const events = JSON.parse(readFileSync(path.join(folder, file!), 'utf8')) as { cat: string; args?: { provider?: string; op_name?: string } }[];
    rmSync(folder, { recursive: true });
    const nodes = events.filter(({ cat, args }) => cat === 'Node' && args?.provider !== undefined);
    const elsewhere = nodes.filter(({ args }) => args!.provider !== 'WebGpuExecutionProvider' || /Memcpy/.test(args!.op_name!)).map(({ args }) => args!.op_name);
    expect(nodes.length).toBeGreaterThan(1000);
    expect(elsewhere).toEqual([]);
  });

  test.each([[6, 8, 1], [5, 7, 1], [8, 18, 2], [6, 6, 6], [10, 12, 1]])('convolutions of %i to %i channels in %i groups', async (c, o, groups) => {
    const random = new g.Philox(c, 'conv');
    const [x, w] = [g.input('x', [2, c, 7, 6]), g.input('w', [o, c / groups, 3, 3])];
    const feeds = new Map([x, w].map((t) => [t, random.normals(t.size)]));
    const y = g.conv(x, w, { padding: 1, stride: 2, groups });
    const outputs = [y, ...g.gradients(projected(y, 1), [x, w])];
    const [actual, exact] = [await evaluateWith(onGpu, outputs, feeds), await evaluate('reference', outputs, feeds)];
    actual.forEach((numbers, i) => expect(relativeError(numbers, exact[i]!)).toBeLessThan(1e-5));
  });

  test('an array on the GPU is read, fed to other programs of the GPU, and refused by those of the processor', async () => {
    const graph = g.trace(({ w }) => ({ w: g.mul(w, 2) }), { w: g.spec([3]) });
    const [first, second, host] = [await onGpu(graph), await onGpu(graph), await compile(graph, { device: 'cpu' })];
    const { w } = (await first.run({ w: Float32Array.of(1, 2, 3) })) as { w: DeviceArray };
    expect([...((await w.read()) as Float32Array)]).toEqual([2, 4, 6]);
    expect([...((await w.read()) as Float32Array)]).toEqual([2, 4, 6]);
    const again = (await second.run({ w }))['w']!;
    expect([...((await again.read()) as Float32Array)]).toEqual([4, 8, 12]);
    await expect(host.run({ w })).rejects.toThrow('holds an array of another executor');
    w.dispose();
    await expect(w.read()).rejects.toThrow('disposed');
    await Promise.all([first, second, host].map((program) => program.dispose()));
  });

  test('int64 goes as int32, and is refused beyond', async () => {
    const graph = g.trace(({ n }) => ({ n: g.add(n, 1), best: g.argmax(g.cast(n, 'float32')) }), { n: g.spec([3], 'int64') });
    const program = await onGpu(graph);
    let feed: Feed = BigInt64Array.of(5n, -7n, 6n);
    for (let i = 0; i < 2; i++) {
      const { n, best } = (await program.run({ n: feed })) as { n: DeviceArray; best: DeviceArray };
      expect([await n.read(), await best.read()]).toEqual([BigInt64Array.of(6n + BigInt(i), -6n + BigInt(i), 7n + BigInt(i)), BigInt64Array.of(2n)]);
      feed = n;
    }
    await expect(program.run({ n: BigInt64Array.of(1n, 2n ** 40n, 0n) })).rejects.toThrow('1099511627776 in input n does not fit 32 bits');
    await program.dispose();
  });

  test('random numbers have the bits of the host', async () => {
    const keys = g.input('keys', [3, 2], 'int32');
    const draw = g.vmap((key: g.Tensor) => g.concat([g.randomUniform(key, [7], { stream: 2 }), g.cast(g.bernoulli(key, 0.3, [9]), 'float32')]))(keys);
    const feeds = new Map([[keys, Int32Array.of(1, 2, -3, 4, 5, -6)]]);
    expect(await evaluateWith(onGpu, [draw], feeds)).toEqual(await evaluate('reference', [draw], feeds));
  });
});
