import { afterEach, describe, expect, it, vi } from 'vitest';
import * as g from '#core/graph';
import { compile, compileInParts, type DeviceId, estimate, type Feed } from '#core/runtime';
import { cutGraph } from '../../../core/runtime/parts/cut';
import { OnnxProgram } from '../../../core/runtime/onnx/session';
import { ReferenceProgram } from '../../../core/runtime/reference/program';

// A whole block of channels, so that images are carried in blocks where the device has them.
const CHANNELS = 16;
const specs = { w: [1, 2, 3, 4].map((_, i) => g.spec([CHANNELS, i === 0 ? 2 : CHANNELS, 3, 3])), scale: g.spec([CHANNELS]), x: g.spec([6, 2, 5, 5]), y: g.spec([6]) };
type Arguments = g.MapTree<typeof specs, g.TensorSpec, g.Tensor>;

/** A small residual network with each batch's own statistics; its gradient, its loss, one of its inputs and a constant. */
function step(args: Arguments) {
  const lossOf = ({ w, scale }: Pick<Arguments, 'w' | 'scale'>): g.Tensor => {
    const zero = g.zeros([CHANNELS]);
    let h = args.x;
    for (const [i, filter] of w.entries()) {
      const { y, mean, variance } = g.batchNorm(g.conv(h, filter, { padding: 1 }), scale, zero, 1e-5);
      const next = g.relu(g.add(y, g.mul(g.reshape(g.add(mean, variance), [CHANNELS, 1, 1]), 0.01)));
      h = i === 0 ? next : g.add(h, next);
    }
    return g.sum(g.square(g.sub(g.mean(h, [1, 2, 3]), args.y)));
  };
  const [loss, gradient] = g.valueAndGrad(lossOf)({ w: args.w, scale: args.scale });
  return { loss, gradient, x: args.x, ones: g.ones([2]), flat: g.reshape(gradient.w[0]!, [CHANNELS * 18]) };
}
const graph = g.trace(step, specs);
const feeds: Record<string, Feed> = Object.fromEntries(graph.inputs.map(({ name, shape }) => [name, new g.Philox(1, name).normals(g.sizeOf(shape))]));
const { flops } = estimate(graph, 'reference');

const read = async (program: { run(feeds: Record<string, Feed>): Promise<Record<string, { read(): Promise<ArrayLike<number | bigint>> }>> }, fed = feeds) =>
  Object.fromEntries(await Promise.all(Object.entries(await program.run(fed)).map(async ([name, array]) => [name, Array.from(await array.read(), Number)] as const)));

afterEach(() => void vi.restoreAllMocks());

describe.each(['reference', 'cpu', 'tensorflow'] as DeviceId[])('a long program in parts on %s', (device) => {
  it.each([3, 12])('gives what the whole gives, run after run: %i parts or more', async (least) => {
    const [whole, parts] = [await compile(graph, { device, threads: 1 }), await compileInParts(graph, { device, threads: 1 }, flops / least)];
    const expected = await read(whole);
    for (let run = 0; run < 2; run++) {
      const found = await read(parts);
      expect(Object.keys(found)).toEqual(Object.keys(expected));
      for (const [name, values] of Object.entries(expected)) {
        const size = Math.max(1e-3, ...values.map(Math.abs));
        expect(Math.max(...values.map((value, i) => Math.abs(value - found[name]![i]!))) / size, name).toBeLessThan(device === 'reference' ? 1e-12 : 2e-5);
      }
    }
    await whole.dispose();
    await parts.dispose();
  });
});

it.each([['reference', ReferenceProgram], ['cpu', OnnxProgram]] as const)('stopped on its way it begins no further part, and can be run again: %s', async (device, program) => {
  const parts = await compileInParts(graph, { device, threads: 1 }, flops / 8);
  const expected = await read(parts);
  const stop = new AbortController();
  const { run } = program.prototype;
  const runs = vi.spyOn(program.prototype, 'run').mockImplementation(function (this: ReferenceProgram & OnnxProgram, fed) {
    if (runs.mock.calls.length === 3) stop.abort(new Error('enough'));
    return run.call(this, fed);
  });
  await expect(parts.run(feeds, stop.signal)).rejects.toThrow('enough');
  expect(runs).toHaveBeenCalledTimes(3);
  vi.restoreAllMocks();
  expect(await read(parts)).toEqual(expected);
  await parts.dispose();
});

it('parts hold what they may, but for single operations that are longer, and what is short stays whole', () => {
  const heaviest = Math.max(...estimate(graph, 'reference').nodes.map((cost) => cost.flops));
  for (const longest of [flops / 3, flops / 7]) {
    const parts = cutGraph(graph, longest);
    expect(parts.length).toBeGreaterThanOrEqual(Math.floor(flops / longest));
    for (const part of parts) expect(estimate(part.graph, 'reference').flops).toBeLessThanOrEqual(Math.max(longest, heaviest));
    expect(parts.at(-1)!.carried).toEqual([]);
    expect(parts.flatMap(({ done }) => done).sort()).toEqual(parts.flatMap(({ carried }) => carried).sort());
  }
  expect(cutGraph(graph, flops)).toHaveLength(1);
});

it('where a program is cut does not depend on the order in which its tensors were made', () => {
  const told = (order: readonly (0 | 1)[]): unknown => {
    // Inputs of their own, or the second tracing would find the tensors of the first.
    const [a, b] = ['a', 'b'].map((name) => g.input(`${name}${order}`, [8, name === 'a' ? 8 : 4]));
    const branch = (first: g.Tensor): g.Tensor => [1, 2, 3, 4].reduce((h) => g.tanh(g.matmul(a!, h)), first);
    const ends: g.Tensor[] = [];
    for (const at of order) ends[at] = branch([a!, b!][at]!);
    const looked = { inputs: [], outputs: [{ name: 'y', tensor: g.concat(ends, 1) }] };
    return cutGraph(looked, estimate(looked, 'reference').flops / 5).map((part) => [part.graph.inputs.map(({ shape }) => shape), part.graph.outputs.map(({ name, tensor: { op, shape } }) => [name, op, shape]), part.done]);
  };
  expect(told([1, 0])).toEqual(told([0, 1]));
});

it('a loop stays in one part with what is read of it', async () => {
  const looped = g.trace(({ w, x }: { w: g.Tensor; x: g.Tensor }) => {
    const inner = (h: g.Tensor): g.Tensor => g.tanh(g.matmul(h, w));
    const [carry, ys] = g.scan((h: g.Tensor, own: g.Tensor) => [inner(g.add(h, own)), inner(own)] as const, x, g.broadcastTo(x, [5, 8, 8]));
    return { last: inner(inner(carry)), all: g.sum(inner(g.reshape(ys, [40, 8]))) };
  }, { w: g.spec([8, 8]), x: g.spec([8, 8]) });
  const fed = { w: new g.Philox(1, 'w').normals(64), x: new g.Philox(2, 'x').normals(64) };
  const options = { device: 'cpu', threads: 1 } as const;
  const [whole, parts] = [await compile(looped, options), await compileInParts(looped, options, estimate(looped, 'reference').flops / 9)];
  expect(cutGraph(looped, estimate(looped, 'reference').flops / 9).length).toBeGreaterThan(2);
  const [expected, found] = [await read(whole, fed), await read(parts, fed)];
  for (const name of ['last', 'all']) expect(found[name]!.map((value) => Math.fround(value))).toEqual(expected[name]!.map((value) => expect.closeTo(value, 4) as number));
  await whole.dispose();
  await parts.dispose();
});
