import { openOnnxBytes } from '#core/nn';
import { describe, expect, it } from 'vitest';
import { byModule, byRuntime, difference, inputOf } from './compare';
import { file } from './file';
import { keras, operators, sklearn } from './written';

describe('files as other producers write them give what ONNX Runtime gives', () => {
  it.each([...keras, ...sklearn, ...operators].map((each) => [each.name, each] as const))('%s', async (_name, { shape, options, ids = null }) => {
    const bytes = file(options);
    const { module } = openOnnxBytes(bytes, 'model.onnx', { output: 'y' }).module({ exampleShape: shape });
    for (const batch of [1, 3]) {
      const x = inputOf({ shape, ids }, batch);
      const expected = await byRuntime(bytes, 'y', x, [batch, ...shape]);
      expect(difference(await byModule(module, x, batch), expected.data)).toBeLessThan(1e-5);
    }
  });

  it('finds the scores by itself, behind a ZipMap too, with the names of the classes', async () => {
    const twin = sklearn.find(({ name }) => name === 'sklearn-logistic-multinomial')!;
    const zipped = { ...twin.options, nodes: [...twin.options.nodes, { opType: 'ZipMap', domain: 'ai.onnx.ml', inputs: ['y'], outputs: ['output_probability'] }], outputs: [{ name: 'label', type: 8, shape: ['batch'] }, { name: 'output_probability', shape: [], sequence: true }] };
    const model = openOnnxBytes(file(zipped), 'zipped.onnx');
    expect(model.output.name).toBe('output_probability');
    expect(model.classes).toEqual(['setosa', 'versicolor', 'virginica']);
    const x = inputOf({ shape: [3], ids: null }, 4);
    const expected = await byRuntime(file(twin.options), 'y', x, [4, 3]);
    expect(difference(await byModule(model.module({ exampleShape: [3] }).module, x, 4), expected.data)).toBeLessThan(1e-6);
  });
});
