import { readFileSync } from 'node:fs';
import { openOnnxBytes } from '#core/nn';
import { describe, expect, it } from 'vitest';
import { byModule, byRuntime, type Case, difference, inputOf } from './compare';

const folder = new URL('../../../fixtures/onnx/', import.meta.url);
const corpus = JSON.parse(readFileSync(new URL('torch/corpus.json', folder), 'utf8')) as Case[];
/** Files with operators that Basin does not have: refused, see refused.test.ts. */
const refused = ['torch/conv3d.onnx'];

describe("PyTorch's exports open and give what ONNX Runtime gives", () => {
  it.each(corpus.filter(({ file }) => !refused.includes(file)).map((each) => [each.file, each] as const))('%s', async (file, each) => {
    const bytes = readFileSync(new URL(file, folder));
    const { module } = openOnnxBytes(bytes, file).module({ exampleShape: each.shape });
    for (const batch of each.batches) {
      const x = inputOf(each, batch);
      const expected = await byRuntime(bytes, 'output', x, [batch, ...each.shape]);
      expect(module.outputShape).toEqual([expected.data.length / batch]);
      expect(difference(await byModule(module, x, batch), expected.data)).toBeLessThan(1e-5);
    }
  });
});
