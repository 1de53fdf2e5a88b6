import { readFileSync } from 'node:fs';
import { logSoftmax, mean, mul, spec, sum, trace, valueAndGrad, UserError, type Tensor } from '#core/graph';
import { initialize, openOnnxBytes, type Module, type OnnxModel, type Weights } from '#core/nn';
import { compile } from '#core/runtime';
import { describe, expect, it } from 'vitest';
import { byModule, byRuntime, difference, inputOf } from './compare';
import { attribute, file, floats, node } from './file';
import { keras, sklearn } from './written';

const torch = (name: string): { bytes: Uint8Array; model: OnnxModel } => {
  const bytes = readFileSync(new URL(`../../../fixtures/onnx/torch/${name}.onnx`, import.meta.url));
  return { bytes, model: openOnnxBytes(bytes, `${name}.onnx`) };
};
const names = (list: readonly { name: string }[]): string[] => list.map(({ name }) => name);
const refusal = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof UserError) return `${error.message} ${error.hint ?? ''}`;
    throw error;
  }
  return '';
};

const specsOf = (record: Readonly<Record<string, { shape: readonly number[] }>>) => Object.fromEntries(Object.entries(record).map(([name, { shape }]) => [name, spec(shape)]));
interface Arguments { parameters: Record<string, Tensor>; buffers: Record<string, Tensor>; x: Tensor }

/** The loss `mean(output^2)` and its gradient in every parameter, in float64. */
async function lossAndGradient(module: Module, batch: number) {
  const graph = trace(({ parameters, buffers, x }: Arguments) => {
    const [loss, gradients] = valueAndGrad((p: Record<string, Tensor>) => {
      const { output } = module.apply(p, buffers, x, { train: false });
      return mean(mul(output, output));
    })(parameters);
    return { loss, gradients };
  }, { parameters: specsOf(module.parameters), buffers: specsOf(module.buffers), x: spec([batch, ...module.inputShape]) });
  return compile(graph, { device: 'reference' });
}

const feedsOf = ({ parameters, buffers }: Weights, x: Float32Array): Record<string, Float64Array> => ({
  ...Object.fromEntries(Object.entries(parameters).map(([name, data]) => [`parameters.${name}`, Float64Array.from(data)])),
  ...Object.fromEntries(Object.entries(buffers).map(([name, data]) => [`buffers.${name}`, Float64Array.from(data)])),
  x: Float64Array.from(x),
});

describe('gradients of imported models against finite differences in float64', () => {
  it.each(['mlp-activations2', 'cnn-pools', 'resnet', 'lstm-two-layers', 'gru', 'transformer-norm-first', 'gpt', 'cnn-groupnorm', 'autoencoder'])('%s', async (name) => {
    const { model } = torch(name);
    const { module } = model.module();
    const ids = name === 'gpt' ? 11 : null;
    const program = await lossAndGradient(module, 2);
    const weights = initialize(module, 0);
    const x = inputOf({ shape: [...module.inputShape], ids }, 2);
    const feeds = feedsOf(weights, x);
    const first = await program.run(feeds);
    // One number of every parameter, the second.
    for (const parameter of Object.keys(module.parameters)) {
      const key = `parameters.${parameter}`;
      const at = Math.min(1, feeds[key]!.length - 1);
      const gradient = Number((await first[`gradients.${parameter}`]!.read())[at]);
      const values: number[] = [];
      const h = 1e-5;
      for (const shift of [h, -h]) {
        const moved = feeds[key]!.slice();
        moved[at]! += shift;
        values.push(Number((await (await program.run({ ...feeds, [key]: moved }))['loss']!.read())[0]));
      }
      const numeric = (values[0]! - values[1]!) / (2 * h);
      expect(Math.abs(gradient - numeric), parameter).toBeLessThan(1e-6 * Math.max(1, Math.abs(numeric)));
    }
  });
});

describe('names and kinds of what is trained', () => {
  it("keeps PyTorch's names", () => {
    expect(names(torch('mlp-opset13').model.weights.parameters)).toEqual(['0.weight', '0.bias', '2.weight', '2.bias']);
    const { model } = torch('resnet-training');
    expect(names(model.weights.parameters)).toContain('4.downsample.0.weight');
    expect(names(model.weights.buffers)).toContain('3.bn2.running_var');
    expect(model.weights.parameters.find(({ name }) => name === '4.bn1.weight')!.kind).toBe('norm');
  });

  it('gives a Linear layer its name and its [out, in] back where the exporter folded the transposition', () => {
    const { model } = torch('transformer-encoder');
    const parameter = model.weights.parameters.find(({ name }) => name === 'layer.linear1.weight')!;
    expect(parameter).toMatchObject({ shape: [16, 8], transposed: true, fanIn: 8, fanOut: 16, kind: 'weight' });
  });

  it('gives every layer an array of its own where equal ones were stored once', () => {
    const { parameters, buffers } = torch('resnet-fresh').model.weights;
    const trained = names(torch('resnet-training').model.weights.parameters).sort();
    expect(names(parameters).length).toBe(trained.length);
    expect(buffers.length).toBe(torch('resnet-training').model.weights.buffers.length);
    expect(new Set([...names(parameters), ...names(buffers)]).size).toBe(parameters.length + buffers.length);
  });

  it('leaves what prepares the raw input, single numbers and masks as constants', () => {
    expect(names(torch('normalized-input').model.weights.parameters)).toEqual(['fc.weight', 'fc.bias']);
    expect(names(torch('gpt').model.weights.parameters)).not.toContain('mask');
    const shiftOnly = openOnnxBytes(file({
      inputs: [{ name: 'x', shape: ['b', 3] }], outputs: [{ name: 'y', shape: ['b', 3] }],
      initializers: [floats('mean_value', [3]), floats('std_value', [3], [1, 2, 3]), floats('w', [3, 3]), floats('half', [], [0.5])],
      nodes: [node('Sub', ['x', 'mean_value'], ['a']), node('Div', ['a', 'std_value'], ['b']), node('MatMul', ['b', 'w'], ['c']), node('Mul', ['c', 'half'], ['y'])],
    }), 'prepared.onnx');
    expect(names(shiftOnly.weights.parameters)).toEqual(['w']);
  });

  it('takes the coefficients of scikit-learn as parameters', () => {
    const found = openOnnxBytes(file(sklearn[1]!.options), 'sk.onnx').weights.parameters;
    expect(found.map(({ name, shape }) => [name, shape])).toEqual([['LinearClassifier.weight', [3, 3]], ['LinearClassifier.bias', [3]]]);
  });

  it('freezes by pattern: frozen weights are kept, not trained', () => {
    const { bytes } = torch('resnet-training');
    const model = openOnnxBytes(bytes, 'resnet.onnx', { freeze: ['3.*', '4.conv?'] });
    expect(names(model.weights.parameters).some((name) => name.startsWith('3.'))).toBe(false);
    expect(names(model.weights.parameters)).toContain('4.conv1.weight');
    expect(names(model.weights.buffers)).toContain('3.conv1.weight');
  });
});

describe('BatchNorm', () => {
  const run = async (batchNorm: 'inference' | 'batch', train: boolean) => {
    const { model } = torch('mlp-batchnorm');
    const { module } = model.module({ batchNorm });
    const graph = trace(({ parameters, buffers, x }: Arguments) => module.apply(parameters, buffers, x, { train }), {
      parameters: specsOf(module.parameters), buffers: specsOf(module.buffers), x: spec([5, 6]),
    } as never);
    const program = await compile(graph, { device: 'reference' });
    const weights = initialize(module, 0);
    const x = inputOf({ shape: [6], ids: null }, 5);
    const result = await program.run(feedsOf(weights, x));
    const read = async (name: string): Promise<number[]> => Array.from(await result[name]!.read(), Number);
    const running = Object.keys(module.buffers).find((name) => name.endsWith('running_mean'))!;
    return { output: await read('output'), moved: await read(`buffers.${running}`), kept: Array.from(weights.buffers[running]!), x, weight: weights.parameters['0.weight']!, bias: weights.parameters['0.bias']! };
  };

  it('keeps the moments of the file by default, in training too', async () => {
    const [training, judging] = [await run('inference', true), await run('inference', false)];
    expect(training.output).toEqual(judging.output);
    expect(difference(training.moved, training.kept)).toBeLessThan(1e-7);
  });

  it('by choice takes the moments of the batch in training, and the running ones move a tenth of the way', async () => {
    const [training, judging] = [await run('batch', true), await run('batch', false)];
    expect(difference(training.output, judging.output)).toBeGreaterThan(1e-3);
    expect(difference(judging.output, (await run('inference', false)).output)).toBeLessThan(1e-12);
    // The mean over the batch of what the first layer puts out.
    const { weight, bias, x } = training;
    const seen = Array.from(bias, (offset, o) => {
      let total = 0;
      for (let i = 0; i < 5; i++) for (let k = 0; k < 6; k++) total += x[i * 6 + k]! * weight[o * 6 + k]!;
      return offset + total / 5;
    });
    expect(difference(training.moved, training.kept.map((value, i) => 0.9 * value + 0.1 * seen[i]!))).toBeLessThan(1e-6);
    expect(difference(training.moved, training.kept)).toBeGreaterThan(1e-4);
    expect(difference(judging.moved, judging.kept)).toBeLessThan(1e-7);
  });
});

describe('a file exported for one batch size', () => {
  it.each(['mlp-fixed-batch', 'cnn-fixed-batch'])('%s: takes batches of any size, every example as the file has it', async (name) => {
    const { bytes, model } = torch(name);
    expect(model.fixedBatch).toBe(1);
    const { module } = model.module();
    const shape = [...module.inputShape];
    const x = inputOf({ shape, ids: null }, 3);
    const size = x.length / 3;
    const expected: number[] = [];
    for (let i = 0; i < 3; i++) expected.push(...(await byRuntime(bytes, 'output', x.slice(i * size, (i + 1) * size), [1, ...shape])).data);
    expect(difference(await byModule(module, x, 3), expected)).toBeLessThan(1e-5);
  });
});

describe('what the loss gets', () => {
  const x = inputOf({ shape: [6], ids: null }, 4);
  const probabilities = async (module: Module, outputs: number): Promise<number[]> => {
    const logits = await byModule(module, x, 4);
    const graph = trace(({ z }: { z: Tensor }) => ({ p: outputs === 1 ? z : logSoftmax(z, 1), total: sum(z) }), { z: spec([4, outputs]) });
    const program = await compile(graph, { device: 'reference' });
    return Array.from(await (await program.run({ z: logits }))['p']!.read(), Number);
  };

  it.each(['mlp-softmax', 'mlp-log-softmax', 'mlp-opset13'])('%s: log-softmax of it is the log of what the file puts out', async (name) => {
    const { bytes, model } = torch(name);
    const { module } = model.module({ wanted: { outputs: 3, link: 'softmax' } });
    const { data } = await byRuntime(bytes, 'output', x, [4, 6]);
    const rows = [0, 1, 2, 3].map((i) => Array.from(data.slice(3 * i, 3 * i + 3)));
    const logs = name === 'mlp-softmax' ? rows.flat().map(Math.log)
      : name === 'mlp-log-softmax' ? rows.flat() : rows.flatMap((row) => row.map((value) => value - Math.log(row.map(Math.exp).reduce((a, b) => a + b))));
    expect(difference(await probabilities(module, 3), logs)).toBeLessThan(1e-5);
    if (name === 'mlp-softmax') expect(module.notes!.join()).toContain('ends with a softmax');
  });

  it('a sigmoid for two classes: its odds, or two scores for a softmax', async () => {
    const { bytes, model } = torch('mlp-sigmoid');
    const p = [...(await byRuntime(bytes, 'output', x, [4, 6])).data];
    const odds = await byModule(model.module({ wanted: { outputs: 1, link: 'sigmoid' } }).module, x, 4);
    expect(difference(odds, p.map((value) => Math.log(value / (1 - value))))).toBeLessThan(1e-4);
    const scores = await probabilities(model.module({ wanted: { outputs: 2, link: 'softmax' } }).module, 2);
    expect(difference(scores, p.flatMap((value) => [Math.log(1 - value), Math.log(value)]))).toBeLessThan(1e-4);
  });

  it("puts the classes into the data's order, by their names", async () => {
    const bytes = file(sklearn[1]!.options);
    const model = openOnnxBytes(bytes, 'iris.onnx', { output: 'y' });
    const input = inputOf({ shape: [3], ids: null }, 2);
    const plain = await byModule(model.module({ wanted: { outputs: 3, link: 'softmax', classNames: ['setosa', 'versicolor', 'virginica'] } }).module, input, 2);
    const turned = await byModule(model.module({ wanted: { outputs: 3, link: 'softmax', classNames: ['virginica', 'setosa', 'versicolor'] } }).module, input, 2);
    expect(difference(turned, [2, 0, 1, 5, 3, 4].map((i) => plain[i]!))).toBeLessThan(1e-7);
  });

  it('says what does not fit and what to do', () => {
    const { model } = torch('mlp-opset13');
    expect(refusal(() => model.module({ wanted: { outputs: 10, link: 'softmax' } }))).toContain('gives 3 numbers for each example; the data have 10 classes');
    expect(refusal(() => model.module({ exampleShape: [7] }))).toContain('takes examples of the shape [6] (input "input"); the data have [7]');
    expect(refusal(() => torch('resnet').model.module({ exampleShape: [1, 8, 8] }))).toContain('data.image = { "channels": 3, "height": 8, "width": 8 }');
  });
});

describe('what the network gets', () => {
  it('pictures with their channels first where the model wants them last, rows flattened, tables dealt out', async () => {
    const model = openOnnxBytes(file(keras[0]!.options), 'keras.onnx', { output: 'y' });
    const first = inputOf({ shape: [3, 8, 8], ids: null }, 2);
    const last = new Float32Array(first.length);
    for (let b = 0; b < 2; b++) for (let c = 0; c < 3; c++) for (let p = 0; p < 64; p++) last[b * 192 + p * 3 + c] = first[b * 192 + c * 64 + p]!;
    const { module } = model.module({ exampleShape: [3, 8, 8] });
    expect(module.notes).toContain('pictures are turned to channels last');
    expect(difference(await byModule(module, first, 2), await byModule(model.module({ exampleShape: [8, 8, 3] }).module, last, 2))).toBeLessThan(1e-6);

    const dense = torch('mlp-opset13').model;
    const x = inputOf({ shape: [6], ids: null }, 2);
    expect(difference(await byModule(dense.module({ exampleShape: [1, 2, 3] }).module, x, 2), await byModule(dense.module().module, x, 2))).toBeLessThan(1e-7);

    const columns = openOnnxBytes(file({
      inputs: [{ name: 'age', shape: ['b', 1] }, { name: 'sizes', shape: ['b', 2] }], outputs: [{ name: 'y', shape: ['b', 2] }], initializers: [floats('w', [3, 2])],
      nodes: [node('Concat', ['sizes', 'age'], ['all'], { attributes: [attribute('axis', 1)] }), node('MatMul', ['all', 'w'], ['y'])],
    }), 'columns.onnx');
    expect(columns.statedShape).toEqual([3]);
    expect(columns.module().module.notes).toContain('columns are dealt out over 2 inputs in order');
    expect(refusal(() => columns.module({ exampleShape: [4] }))).toContain('takes 2 inputs ("age" [b, 1], "sizes" [b, 2])');
  });
});
