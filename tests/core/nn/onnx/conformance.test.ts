import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { input, Tensor, UserError, type Graph } from '#core/graph';
import { compile } from '#core/runtime';
import { describe, expect, it } from 'vitest';
import { Known, tensorOf, type Value } from '../../../../core/nn/onnx/array';
import { noExternalData } from '../../../../core/nn/onnx/format/external';
import { readModel } from '../../../../core/nn/onnx/format/model';
import { malformed } from '../../../../core/nn/onnx/format/refuse';
import { readTensor } from '../../../../core/nn/onnx/format/tensor';
import { interpret } from '../../../../core/nn/onnx/interpreter';
import { difference } from './compare';

/** ONNX's own tests of its operators, as the package libonnx-testdata installs them; elsewhere by BASIN_ONNX_TESTS. */
const folder = process.env['BASIN_ONNX_TESTS'] ?? '/usr/share/libonnx-testdata/data';
const refuse = (what: string): never => malformed('test', what);

/** A TensorProto, or nothing where the file holds a sequence. */
function arrayOf(path: string): Known | undefined {
  try {
    return readTensor(readFileSync(path), refuse, noExternalData(refuse)).array;
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/** What ONNX's tests want and Basin does not do on purpose, or where the tests of that version are at odds with ONNX Runtime. */
const excused: [RegExp, string][] = [
  [/^test_training_dropout|^test_batchnorm_.*training_mode$/, 'a model is opened for inference; training is the trainer\'s'],
  [/BFLOAT16/, 'the file of these tests holds the numbers in another order than the format says'],
  [/^test_resize_downsample_scales_(linear|cubic)_align_corners$/, 'ONNX Runtime takes the corners of the rounded size'],
];

type Verdict = 'equal' | 'refused' | { wrong: string };

async function judge(path: string): Promise<Verdict> {
  const bytes = readFileSync(join(path, 'model.onnx'));
  const set = join(path, 'test_data_set_0');
  let file;
  try {
    file = readModel(bytes, refuse, noExternalData(refuse));
  } catch (error) {
    if (error instanceof UserError) return 'refused';
    throw error;
  }
  const given = new Map<string, Value>();
  const feeds: Record<string, Float32Array> = {};
  const graphInputs: Graph['inputs'][number][] = [];
  for (const { name, array } of file.graph.initializers) given.set(name, array);
  const bounds = file.graph.nodes.some(({ opType }) => ['Resize', 'Upsample', 'OneHot', 'Range', 'Pad'].includes(opType));
  for (const [i, { name }] of file.graph.inputs.filter(({ name }) => !given.has(name)).entries()) {
    const array = arrayOf(join(set, `input_${i}.pb`));
    if (array === undefined || array.type === 'string') return 'refused';
    // Floats come with the data; integers stand for shapes, axes and indices that are known.
    if (array.type !== 'float32' || array.size === 0 || (bounds && i > 0)) given.set(name, array);
    else {
      given.set(name, input(name, array.shape));
      graphInputs.push({ name, shape: array.shape, dtype: 'float32' });
      feeds[name] = array.data as Float32Array;
    }
  }
  let outcome;
  try {
    outcome = interpret(file.graph.nodes, given, file.opsets, { batchStatistics: false, training: false });
  } catch (error) {
    if (error instanceof UserError) return { wrong: error.message };
    throw error;
  }
  if (outcome.problems.length > 0) return 'refused';
  const found = file.graph.outputs.map(({ name }, i) => ({ name, i, value: outcome.values.get(name) }));
  const tensors = found.filter((each): each is typeof each & { value: Tensor } => each.value instanceof Tensor);
  const graph: Graph = { inputs: graphInputs, outputs: tensors.map(({ i, value }) => ({ name: `out${i}`, tensor: value })) };
  const program = tensors.length > 0 ? await compile(graph, { device: 'cpu', threads: 1 }) : undefined;
  const results = await program?.run(feeds) ?? {};
  for (const { name, i, value } of found) {
    const expected = arrayOf(join(set, `output_${i}.pb`));
    if (value === undefined || expected === undefined || expected.type === 'string') continue;
    const actual = value instanceof Known ? value.data : await results[`out${i}`]!.read();
    const shape = value instanceof Known ? value.shape : tensorOf(value).shape;
    if (shape.join() !== expected.shape.join()) return { wrong: `${name}: shape [${shape.join()}], expected [${expected.shape.join()}]` };
    const d = difference(Array.from(actual, Number), expected.data);
    if (!(d < 1e-3)) return { wrong: `${name}: off by ${d}` };
  }
  await program?.dispose();
  return 'equal';
}

describe.skipIf(!existsSync(folder))("ONNX's own tests of its operators", () => {
  it.each(['node', 'simple', 'pytorch-operator', 'pytorch-converted'])('%s: what is not refused is right', async (kind) => {
    const at = join(folder, kind);
    const cases = existsSync(at) ? readdirSync(at).filter((name) => existsSync(join(at, name, 'model.onnx'))) : [];
    const verdicts: [string, Verdict][] = [];
    for (const name of cases) verdicts.push([name, await judge(join(at, name)).catch((error: Error) => ({ wrong: `crash ${error.stack}` }))]);
    const count = (wanted: Verdict): number => verdicts.filter(([, verdict]) => verdict === wanted).length;
    const wrong = verdicts.filter(([name, verdict]) => typeof verdict === 'object' && !excused.some(([pattern]) => pattern.test(name)));
    console.log(`${kind}: ${count('equal')} equal, ${count('refused')} refused, ${wrong.length} wrong of ${cases.length}`);
    expect(wrong).toEqual([]);
  }, 600_000);
});
