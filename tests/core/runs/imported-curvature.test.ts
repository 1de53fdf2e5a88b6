import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openOnnx } from '#core/nn';
import { changeSpecification, computeRunCurvature, computeRunMeasures, createRun, curvatureRequestSchema, executeRun, exportRun, measuresRequestSchema, openRun, type OpenRun } from '#core/runs';
import { small, temporaryHome } from './samples';

const folder = temporaryHome();

it('an ONNX model opened with its data has the curvature and sharpness of the run that it was exported from', async () => {
  const specification = small({ model: { use: 'mlp', widths: [6] }, training: { epochs: 3, batchSize: 32 } });
  const trained = createRun(specification, { out: join(folder, 'trained') });
  await executeRun(trained, { threads: 1 });
  const first = await openRun(trained, { threads: 1 });
  const model = join(folder, 'exported.onnx');
  writeFileSync(model, exportRun(first, 'onnx', 'last').bytes);
  const imported = createRun(changeSpecification(specification, { model, epochs: 0 }), { out: join(folder, 'imported') });
  await executeRun(imported, { threads: 1 });
  const second = await openRun(imported, { threads: 1 });

  const request = curvatureRequestSchema.parse({ top: 2, bottom: 1, tolerance: 1e-5 });
  const measured = async (run: OpenRun) => {
    const { dimension, examples, eigenvalues, gradientNorm } = await computeRunCurvature(run, request);
    const { results } = await computeRunMeasures(run, measuresRequestSchema.parse({ measures: ['hessian-top', 'sam-sharpness'] }));
    const sharpness = Object.fromEntries(results.map(({ id, value }) => [id, value]));
    return { dimension, examples, gradientNorm, values: [...eigenvalues!.largest, ...eigenvalues!.smallest], sharpness };
  };
  const [own, other] = [await measured(first), await measured(second)];
  expect([other.dimension, other.examples]).toEqual([own.dimension, own.examples]);
  expect(other.gradientNorm).toBeCloseTo(own.gradientNorm, 5);
  other.values.forEach(({ value, residual }, i) => expect(Math.abs(value - own.values[i]!.value)).toBeLessThan(residual + own.values[i]!.residual + 1e-5 * own.values[0]!.value));
  // The measure's own tolerance is a hundredth; both are far above nothing.
  const top = own.values[0]!.value;
  expect(Math.abs(other.sharpness['hessian-top']! - top)).toBeLessThan(0.01 * top);
  expect(own.sharpness['sam-sharpness']).toBeGreaterThan(0);
  expect(Math.abs(other.sharpness['sam-sharpness']! / own.sharpness['sam-sharpness']! - 1)).toBeLessThan(1e-3);

  // It came trained: how far from its first weights is not known.
  const { results } = await computeRunMeasures(second, measuresRequestSchema.parse({ measures: ['l2', 'l2-distance'] }));
  expect(results.find(({ id }) => id === 'l2-distance')).toMatchObject({ unavailable: 'It needs the weights that training began with.' });
  expect(results.find(({ id }) => id === 'l2')!.value).toBeGreaterThan(0);
});

it('the BatchNorm statistics of an ONNX file stay in training, or move where that is asked for, also of a specification that names the file', async () => {
  const rows = Array.from({ length: 60 }, (_, row) => [...Array.from({ length: 6 }, (__, i) => Math.sin(3 * row + 5 * i).toFixed(3)), 'abc'[row % 3]].join(','));
  const path = join(folder, 'six.csv');
  writeFileSync(path, ['a,b,c,d,e,f,kind', ...rows].join('\n'));
  const specification = small({ data: { source: { path }, target: 'kind', standardize: false }, model: 'mlp', training: { epochs: 1, batchSize: 16 } });
  const model = join(import.meta.dirname, '../../fixtures/onnx/torch/mlp-batchnorm.onnx');
  const statistics = async (batchNorm?: 'inference' | 'batch', from = changeSpecification(specification, { model })) => {
    const run = createRun(changeSpecification(from, { epochs: 1, ...(batchNorm && { batchNorm }) }));
    await executeRun(run, { threads: 1 });
    const opened = await openRun(run, { threads: 1 });
    const [before, after] = [opened.weights('init'), opened.weights('last')].map(({ tensors }) => Object.keys(opened.parts.model.buffers).map((name) => tensors[name]!.data));
    expect(before!.length).toBeGreaterThan(0);
    return { before, after };
  };
  for (const mode of [undefined, 'inference'] as const) {
    const { before, after } = await statistics(mode);
    expect(after).toEqual(before);
  }
  const named = changeSpecification(specification, { model });
  const { before, after } = await statistics('batch', named);
  after!.forEach((numbers, i) => expect(numbers).not.toEqual(before![i]));
  expect(() => changeSpecification(specification, { batchNorm: 'batch' })).toThrow(expect.objectContaining({ code: 'model.batch-norm' }) as Error);

  // A file without BatchNorm says that nothing can move.
  const notes = (file: string): readonly string[] => {
    const { module } = openOnnx(join(import.meta.dirname, `../../fixtures/onnx/torch/${file}.onnx`)).module({ batchNorm: 'batch' });
    return module.notes ?? [];
  };
  expect(notes('mlp-layernorm').join()).toContain('no BatchNorm whose statistics could move');
  expect(notes('mlp-batchnorm').join()).not.toContain('BatchNorm');
});
