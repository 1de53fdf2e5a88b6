import { blockSchema, buildBlock, listBlocks } from '#core/blocks';
import { Philox } from '#core/graph';
import { exportModel, initialize, openOnnxBytes, type BuildContext, type InputKind } from '#core/nn';
import { describe, expect, it } from 'vitest';
import { byModule, byRuntime, difference, inputOf } from './compare';

const shapes: Record<InputKind, number[]> = { table: [6], image: [3, 32, 32], sequence: [5, 3], text: [6] };
const vocabulary = 9;

/** Smaller than the defaults, where these are large. */
const smaller: Record<string, object> = {
  resnet: { depth: 8, width: 4 }, 'wide-resnet': { depth: 10, width: 1 }, vgg: { depth: 11, width: 4 }, vit: { width: 16, depth: 2, heads: 2, patch: 4 }, gpt: { width: 16, heads: 2 }, transformer: { width: 16, heads: 2 },
};

describe('every architecture: exported as ONNX and opened again it is the same network', () => {
  const blocks = listBlocks('architectures').filter(({ use }) => use !== 'onnx').flatMap(({ use, inputs = ['table'], tasks }) => inputs.map((input) => ({ use, input, task: tasks?.[0] ?? 'classification' })));
  it.each(blocks.map((each) => [`${each.use} on ${each.input}`, each] as const))('%s', async (_name, { use, input, task }) => {
    const exampleShape = shapes[input];
    const context: BuildContext = { task, input, exampleShape, outputs: 4, classes: 4, targets: 4, classCounts: [1, 1, 1, 1], vocabulary, steps: 1, stepsPerEpoch: 1 };
    const wanted = blockSchema('architectures').safeParse({ use, ...smaller[use] });
    const model = buildBlock('architectures', wanted.success ? wanted.data : blockSchema('architectures').parse(use), context);
    const weights = initialize(model, 3);
    for (const [name, values] of Object.entries(weights.buffers)) {
      const random = new Philox(1, name);
      values.set(name.endsWith('running_var') ? random.uniforms(values.length).map((value) => value + 0.5) : random.normals(values.length).map((value) => value / 10));
    }
    const bytes = exportModel(model, weights);
    const opened = openOnnxBytes(bytes, `${use}.onnx`);
    const { module } = opened.module({ exampleShape });
    // An autoencoder's variance and the like serve training alone.
    const used = new Set(opened.nodes.flatMap(({ inputs }) => inputs));
    const again = initialize(module, 0);
    const stored = { ...again.parameters, ...again.buffers };
    for (const [name, values] of Object.entries(weights.parameters).filter(([each]) => used.has(each))) {
      expect(stored[name], name).toBeDefined();
      expect(difference(stored[name]!, values), name).toBe(0);
    }
    const own = { ...model, parameters: withInitial(model.parameters, weights.parameters), buffers: Object.fromEntries(Object.entries(model.buffers).map(([name, spec]) => [name, { ...spec, initial: weights.buffers[name]! }])) };
    for (const batch of [1, 3]) {
      const x = inputOf({ shape: exampleShape, ids: input === 'text' ? vocabulary : null }, batch);
      const expected = await byModule(own, x, batch);
      expect(difference(await byModule(module, x, batch), expected)).toBeLessThan(1e-5);
      expect(difference((await byRuntime(bytes, 'output', x, [batch, ...exampleShape])).data, expected)).toBeLessThan(1e-5);
    }
  });
});

function withInitial<S extends object>(specs: Readonly<Record<string, S>>, values: Readonly<Record<string, Float32Array>>) {
  return Object.fromEntries(Object.entries(specs).map(([name, spec]) => [name, { ...spec, initial: () => values[name]! }])) as never;
}
