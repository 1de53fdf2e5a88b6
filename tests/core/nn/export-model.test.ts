import { blockSchema, buildBlock } from '#core/blocks';
import { Philox } from '#core/graph';
import { exportModel, initialize } from '#core/nn';
import type { BuildContext } from '#core/nn';
import { Evaluator, weightFeeds } from '#core/train';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';

const networks: [string, object, readonly number[]][] = [
  ['MLP with dropout', { use: 'mlp', widths: [9], dropout: 0.5 }, [5]],
  ['MLP with gelu and layer norm', { use: 'mlp', widths: [9], activation: 'gelu', norm: 'layer' }, [5]],
  ['CNN with batch norm', { use: 'cnn', stages: [{ stage: 'conv', channels: 4, norm: 'batch' }, { stage: 'pool' }, { stage: 'pool', kind: 'average' }, { stage: 'dense', units: 6 }] }, [2, 8, 8]],
  ['ResNet-8 with batch norm', { use: 'resnet', depth: 8, width: 4 }, [3, 8, 8]],
  ['ResNet-8 with group norm', { use: 'resnet', depth: 8, width: 4, norm: 'group', groups: 2 }, [3, 8, 8]],
];

describe('a network as an ONNX file, run by ONNX Runtime alone', () => {
  it.each(networks)('%s: predicts as Basin does, for any number of examples', async (_name, specification, exampleShape) => {
    const context: BuildContext = {
      task: 'classification', input: exampleShape.length > 1 ? 'image' : 'table', exampleShape, outputs: 3, classes: 3, classCounts: [1, 1, 1], steps: 1, stepsPerEpoch: 1,
    };
    const model = buildBlock('architectures', blockSchema('architectures').parse(specification), context);
    const loss = buildBlock('losses', blockSchema('losses').parse('cross-entropy'), context);
    const weights = initialize(model, 4);
    // Running statistics as training leaves them, not the first ones.
    for (const [name, values] of Object.entries(weights.buffers)) {
      const random = new Philox(1, name);
      values.set(name.endsWith('running_var') ? random.uniforms(values.length).map((value) => value + 0.5) : random.normals(values.length).map((value) => value / 10));
    }
    const size = exampleShape.reduce((a, b) => a * b, 1);
    const x = new Philox(2, 'x').normals(7 * size);
    const evaluator = await Evaluator.create({
      model, loss, metrics: {}, problem: { task: 'classification', exampleShape, classes: 3 }, most: 7, compile: { device: 'cpu', threads: 1 },
    });
    const { outputs } = await evaluator.outputs(weightFeeds(weights), x, 7);
    await evaluator.dispose();

    const session = await InferenceSession.create(exportModel(model, weights, { classes: '["a","b","c"]' }), { intraOpNumThreads: 1 });
    expect(session.inputNames).toEqual(['x']);
    for (const count of [1, 7]) {
      const { output } = await session.run({ x: new Tensor('float32', x.subarray(0, count * size), [count, ...exampleShape]) });
      expect(output!.dims).toEqual([count, 3]);
      const largest = Math.max(...outputs.map(Math.abs));
      expect(largest).toBeGreaterThan(0);
      (output!.data as Float32Array).forEach((value, i) => expect(Math.abs(value - outputs[i]!) / largest).toBeLessThan(1e-5));
    }
    await session.release();
  });
});
