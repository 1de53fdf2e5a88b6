import { describe, expect, it } from 'vitest';
import { blockSchema, buildBlock } from '#core/blocks';
import { sizeOf, topologicalOrder, type TypedArray } from '#core/graph';
import { compile } from '#core/runtime';
import { chunkGraph, type StepParts } from '#core/train';
import { singleStep } from '../../../core/train/step-source';
import { initialize } from '#core/nn';
import { contextOf, spiralData } from './problem';

const steps = 7;
const batch = 16;
const data = spiralData();

function partsOf(optimizer: object): StepParts {
  const context = { ...contextOf(data, { epochs: 1, batchSize: batch }), outputs: 2 };
  const build = (slot: Parameters<typeof buildBlock>[0], use: unknown) => buildBlock(slot, blockSchema(slot).parse(use) as never, context as never);
  return {
    model: build('architectures', { use: 'mlp', widths: [16, 16], dropout: 0.2 }) as StepParts['model'],
    loss: build('losses', 'cross-entropy') as StepParts['loss'],
    regularizers: [],
    optimizer: build('optimizers', optimizer) as StepParts['optimizer'],
    augmentations: [],
    gradientClip: null,
  };
}

describe('a chunk of steps in one program', () => {
  it.each([{ use: 'sgd', learningRate: 0.1, momentum: 0.9 }, { use: 'adam', learningRate: 0.01 }])('gives the bits of the single steps: %o', async (optimizer) => {
    const parts = partsOf(optimizer);
    const source = singleStep(parts, data, 3);
    const { graph, streams } = source.trace(batch, data.train.count);
    const chunk = chunkGraph(graph, steps, (name) => ['rows', 'learningRate', 'step'].includes(name) || name.startsWith('random.'));
    expect(chunk.perStep).toEqual(expect.arrayContaining(['rows', 'learningRate', 'step', ...streams.map((name) => `random.${name}`)]));
    expect(topologicalOrder(chunk.graph.outputs.map(({ tensor }) => tensor)).filter(({ op }) => op === 'loop')).toHaveLength(1);

    const first = initialize(parts.model, 3);
    const start = Object.fromEntries(graph.inputs.flatMap(({ name, shape }): [string, TypedArray][] => {
      const [group, ...rest] = name.split('.');
      const own = rest.join('.');
      if (group === 'parameters') return [[name, first.parameters[own]!]];
      if (group === 'buffers') return [[name, first.buffers[own]!]];
      return group === 'optimizer' ? [[name, new Float32Array(sizeOf(shape))]] : [];
    }));
    const each = Array.from({ length: steps }, (_, i): Record<string, TypedArray> => ({
      rows: Int32Array.from({ length: batch }, (__, k) => (i * batch + 3 * k) % data.train.count),
      learningRate: Float32Array.of(0.1 / (i + 1)),
      step: Float32Array.of(i + 1),
      ...Object.fromEntries(streams.map((stream) => [`random.${stream}`, source.key(stream, i + 1)])),
    }));
    const shared = { x: data.train.x, y: data.train.y };

    const single = await compile(graph, { device: 'cpu', threads: 1 });
    let state: Record<string, TypedArray> = start;
    const losses: number[] = [];
    for (const feeds of each) {
      const results = await single.run({ ...state, ...shared, ...feeds });
      losses.push(Number((await results['loss']!.read())[0]));
      state = Object.fromEntries(await Promise.all(Object.keys(state).map(async (name) => [name, await results[name]!.read()] as const)));
    }
    await single.dispose();

    const program = await compile(chunk.graph, { device: 'cpu', threads: 1 });
    const stacked = Object.fromEntries(chunk.perStep.map((name) => {
      const parts = each.map((feeds) => feeds[name]! as Float32Array);
      const whole = new (parts[0]!.constructor as Float32ArrayConstructor)(parts.reduce((n, part) => n + part.length, 0));
      let at = 0;
      for (const part of parts) {
        whole.set(part, at);
        at += part.length;
      }
      return [name, whole];
    }));
    const results = await program.run({ ...start, ...shared, ...stacked });
    expect([...(await results['loss']!.read())]).toEqual(losses);
    for (const name of Object.keys(state)) expect(await results[name]!.read(), name).toEqual(state[name]);
    await program.dispose();
  });
});
