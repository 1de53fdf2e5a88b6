import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect, it } from 'vitest';
import { Philox } from '#core/graph';
import { openOnnxBytes, readSafetensors } from '#core/nn';
import { changeSpecification, computeRunSurface, createRun, executeRun, exportRun, openRun, surfaceRequestSchema, type OpenRun } from '#core/runs';
import { statisticsOf } from '../../../core/runs/surfaces/batch-norm';
import { small, temporaryHome } from './samples';

const folder = temporaryHome();

const pictures = { data: { source: { generator: { use: 'glyphs', count: 120, size: 16, seed: 2 } } }, model: { use: 'resnet', depth: 8, width: 2 }, training: { epochs: 2, batchSize: 32 } };
const rows = { model: { use: 'mlp', widths: [6, 5], norm: 'batch' }, training: { epochs: 2, batchSize: 32 } };

/** Heights of a small surface of the last weights. */
async function heights(run: OpenRun, batchNorm: string): Promise<number[]> {
  const request = surfaceRequestSchema.parse({ grid: [3, 3], subset: 40, batchNorm, range: { x: [-0.5, 0.5], y: [-0.5, 0.5] } });
  for await (const event of computeRunSurface(run, request, { program: 'test' })) if (event.kind === 'end') return [...event.surface.values['loss']!];
  throw new Error('the surface has no end');
}

it.each([['a ResNet', pictures], ['an MLP', rows]])('%s is exported with its BatchNorms as such: for any reader, and opened here with statistics that can be taken anew', async (_, changes) => {
  const trained = createRun(small({ name: 'trained', ...changes }));
  await executeRun(trained, { threads: 1 });
  const first = await openRun(trained, { threads: 1 });
  const { bytes } = exportRun(first, 'onnx', 'last');
  const { tensors } = readSafetensors(exportRun(first, 'safetensors', 'last').bytes);

  // One node a layer, on the layer's own numbers under PyTorch's names.
  const { nodes } = openOnnxBytes(bytes, 'exported').weights;
  const norms = nodes.filter(({ opType }) => opType === 'BatchNormalization');
  const layers = Object.keys(tensors).filter((name) => name.endsWith('running_mean')).map((name) => name.replace('.running_mean', ''));
  expect(layers.length).toBeGreaterThan(1);
  expect(norms.map(({ inputs }) => inputs.slice(1)).sort()).toEqual(layers.map((layer) => ['weight', 'bias', 'running_mean', 'running_var'].map((name) => `${layer}.${name}`)).sort());
  expect(nodes.map(({ opType }) => opType)).not.toContain('Sqrt');

  // ONNX Runtime alone, for batches of several sizes, against Basin's own evaluation of the last weights.
  const width = first.data.exampleShape.reduce((a, b) => a * b, 1);
  const session = await InferenceSession.create(bytes);
  const x = new Philox(5, 'x').normals(5 * width);
  const outputs = async (count: number): Promise<number[]> => Array.from((await session.run({ input: new Tensor('float32', x.slice(0, count * width), [count, ...first.data.exampleShape]) }))['output']!.data as Float32Array);
  const [five, two] = [await outputs(5), await outputs(2)];
  expect(two).toEqual(five.slice(0, two.length).map((value) => expect.closeTo(value, 5) as number));

  const model = join(folder, `${first.file.id}.onnx`);
  writeFileSync(model, bytes);
  const imported = createRun(changeSpecification(small({ name: 'imported', ...changes }), { model, epochs: 0, batchNorm: 'batch' }));
  await executeRun(imported, { threads: 1 });
  const second = await openRun(imported, { threads: 1 });
  expect(statisticsOf(second.parts.model).sort()).toEqual(statisticsOf(first.parts.model).sort());
  for (const mode of ['evaluation', 'batch', 'recalibrated']) {
    const [own, other] = [await heights(first, mode), await heights(second, mode)];
    expect(Math.max(...own) - Math.min(...own)).toBeGreaterThan(0.01);
    expect(other, mode).toEqual(own.map((value) => expect.closeTo(value, 5) as number));
  }
});
