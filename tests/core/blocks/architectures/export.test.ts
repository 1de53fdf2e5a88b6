import { Philox } from '#core/graph';
import { exportModel, readWeights, writeWeights } from '#core/nn';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { floats } from '../evaluate';
import { cases, examplesOf, moduleOf } from './cases';
import { outputOf } from './output-of';
import { unsettled } from './three-steps';

describe.each(cases)('$name', (each) => {
  const module = moduleOf(each);
  const weights = unsettled(module);
  for (const [name, values] of Object.entries(weights.buffers)) {
    const random = new Philox(1, name);
    values.set(name.endsWith('running_var') ? random.uniforms(values.length).map((value) => value + 0.5) : random.normals(values.length).map((value) => value / 10));
  }

  it('as an ONNX file gives ONNX Runtime the same answers, for any number of examples', async () => {
    const { x, count } = examplesOf(each, module);
    const expected = await outputOf(module, floats([count, ...module.inputShape], x), weights);
    const session = await InferenceSession.create(exportModel(module, weights), { intraOpNumThreads: 1 });
    const largest = Math.max(...expected.map(Math.abs));
    for (const examples of [1, count]) {
      const { output } = await session.run({ x: new Tensor('float32', x.subarray(0, (examples * x.length) / count), [examples, ...module.inputShape]) });
      expect(output!.dims).toEqual([examples, ...module.outputShape]);
      (output!.data as Float32Array).forEach((value, i) => expect(Math.abs(value - expected[i]!) / largest).toBeLessThan(2e-5));
    }
    await session.release();
  });

  it('comes back from safetensors, bit for bit', () => {
    const back = readWeights(module, writeWeights(module, weights));
    expect(back.parameters).toEqual(weights.parameters);
    expect(back.buffers).toEqual(weights.buffers);
  });
});
