import { InferenceSession, Tensor } from 'onnxruntime-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { readSafetensors } from '#core/nn';
import { createRun, executeRun, exportRun, openRun, type OpenRun } from '#core/runs';
import { predictRun } from '#core/runs';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { small, temporaryHome } from './samples';

const folder = temporaryHome();
const prepared = { training: { epochs: 3, batchSize: 32 } };

async function trained(changes: Record<string, unknown> = {}): Promise<OpenRun> {
  const run = createRun(small({ ...prepared, ...changes }));
  await executeRun(run);
  return openRun(run);
}

/** Predictions of Basin's own for the inputs, by its `predict`. */
async function predictions(run: OpenRun, rows: readonly string[]): Promise<string[][]> {
  const data = join(folder, 'given.csv');
  const out = join(folder, 'predicted.csv');
  writeFileSync(data, `${['x', 'y'].slice(0, run.data.inputNames.length).join(',')}\n${rows.join('\n')}\n`);
  await predictRun(run, { data: { path: data }, out, checkpoint: 'last' });
  return readFileSync(out, 'utf8').trim().split('\n').slice(1).map((line) => line.split(','));
}

const points = [[0.1, 0.2], [-1, 0.5], [1.5, -0.25], [0.9, 0.9], [2, 2]];

/** The points as the network's inputs: what `transform` in the file's metadata says. */
function inputs(run: OpenRun): Float32Array {
  const { transform } = run.data;
  if (transform.input !== 'table') throw new Error('a table is expected');
  const columns = transform.columns.map((column) => (column.kind === 'number' ? column : { mean: 0, scale: 1 }));
  return Float32Array.from(points.flatMap((point) => columns.map(({ mean, scale }, i) => (point[i]! - mean) / scale)));
}

let classifier: OpenRun;
beforeAll(async () => {
  classifier = await trained();
});

describe('exportRun', () => {
  it('writes ONNX that gives the same probabilities in onnxruntime alone, for any batch', async () => {
    const { name, bytes } = exportRun(classifier, 'onnx', 'last');
    expect(name).toBe('moons-last.onnx');
    const session = await InferenceSession.create(bytes);
    expect(session.inputNames).toEqual(['input']);
    expect([...session.outputNames].sort()).toEqual(['output', 'probabilities']);
    const x = inputs(classifier);
    const expected = await predictions(classifier, points.map((point) => point.join(',')));
    for (const batch of [1, 5]) {
      const { probabilities } = await session.run({ input: new Tensor('float32', x.slice(0, batch * 2), [batch, 2]) });
      const own = expected.slice(0, batch).flatMap(([, , ...p]) => p.map(Number));
      expect(probabilities?.dims).toEqual([batch, 2]);
      (probabilities?.data as Float32Array).forEach((p, i) => expect(Math.abs(p - own[i]!)).toBeLessThan(1e-5));
    }
  });

  it('writes the probabilities of a network with one output, and predictions in the target\'s unit', async () => {
    const binary = await trained({ loss: 'binary-cross-entropy' });
    const session = await InferenceSession.create(exportRun(binary, 'onnx', 'last').bytes);
    const { probabilities } = await session.run({ input: new Tensor('float32', inputs(binary), [5, 2]) });
    const expected = await predictions(binary, points.map((point) => point.join(',')));
    expected.flatMap(([, , ...p]) => p.map(Number)).forEach((p, i) => expect(Math.abs(p - (probabilities?.data as Float32Array)[i]!)).toBeLessThan(1e-5));

    const regression = await trained({ data: { source: { generator: { use: 'sinusoid' } } } });
    const curve = await InferenceSession.create(exportRun(regression, 'onnx', 'last').bytes);
    const given = regression.data.transform.input === 'table' ? regression.data.transform.columns : [];
    const [column] = given;
    if (column?.kind !== 'number') throw new Error('one number is expected');
    const x = points.map(([value]) => value!);
    const { prediction } = await curve.run({ input: new Tensor('float32', Float32Array.from(x, (value) => (value - column.mean) / column.scale), [5, 1]) });
    const own = await predictions(regression, x.map(String));
    own.forEach(([, value], i) => expect(Math.abs(Number(value) - (prediction?.data as Float32Array)[i]!)).toBeLessThan(1e-5));
  });

  // Dropout and activation have places of their own in PyTorch's Sequential.
  it('writes the weights under PyTorch\'s names', () => {
    const { tensors, metadata } = readSafetensors(exportRun(classifier, 'safetensors', 'last').bytes);
    expect(Object.fromEntries(Object.entries(tensors).map(([name, { shape }]) => [name, shape]))).toEqual({
      'layers.0.weight': [16, 2], 'layers.0.bias': [16], 'layers.3.weight': [16, 16], 'layers.3.bias': [16], 'layers.6.weight': [2, 16], 'layers.6.bias': [2],
    });
    expect(metadata).toMatchObject({ format: 'pt', step: '21', epoch: '3' });
  });
});
