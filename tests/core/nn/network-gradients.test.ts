import { blockSchema, buildBlock } from '#core/blocks';
import { Philox, constant, mean, spec, streamKey, trace, valueAndGrad } from '#core/graph';
import type { Tensor } from '#core/graph';
import { initialize } from '#core/nn';
import type { BuildContext } from '#core/nn';
import { compile } from '#core/runtime';
import type { DeviceId } from '#core/runtime';
import { describe, expect, it } from 'vitest';

const batch = 6;
const networks: [string, object, readonly number[]][] = [
  ['MLP with relu', { use: 'mlp', widths: [9, 7] }, [5]],
  ['MLP with gelu, layer norm and dropout', { use: 'mlp', widths: [9, 7], activation: 'gelu', norm: 'layer', dropout: 0.2 }, [5]],
  ['MLP with tanh and batch norm', { use: 'mlp', widths: [9, 7], activation: 'tanh', norm: 'batch' }, [5]],
  ['MLP with silu', { use: 'mlp', widths: [9, 7], activation: 'silu' }, [5]],
  ['CNN', {
    use: 'cnn', activation: 'relu', stages: [{ stage: 'conv', channels: 4 }, { stage: 'pool' }, { stage: 'conv', channels: 6, stride: 2, norm: 'group', groups: 2 },
      { stage: 'pool', kind: 'average' }, { stage: 'dense', units: 8 }],
  }, [2, 8, 8]],
  ['ResNet-8 with batch norm', { use: 'resnet', depth: 8, width: 4 }, [3, 8, 8]],
  ['ResNet-8 v2 with shortcuts of zeros', { use: 'resnet', depth: 8, width: 4, version: 'v2', shortcut: 'padding', norm: 'group', groups: 2 }, [3, 8, 8]],
  ['locally connected network', { use: 'lcn', channels: [3, 4] }, [2, 6, 5]],
  ['LSTM in two directions', { use: 'lstm', units: 3, bidirectional: true }, [4, 2]],
  ['GRU of two layers with dropout', { use: 'gru', units: 3, layers: 2, dropout: 0.3 }, [4, 2]],
  ['Transformer encoder with dropout', { use: 'transformer', width: 4, heads: 2, depth: 1, dropout: 0.2 }, [4, 2]],
  ['ViT', { use: 'vit', patch: 2, width: 4, heads: 2, depth: 1 }, [2, 4, 4]],
  ['deep linear network', { use: 'deep-linear', depth: 4, width: 6 }, [5]],
  ['ResNet-8 with group norm', { use: 'resnet', depth: 8, width: 4, norm: 'group', groups: 2 }, [3, 8, 8]],
];

/** Loss and gradients of a network in training mode as a program on a device. */
async function build(specification: object, exampleShape: readonly number[], device: DeviceId) {
  const context: BuildContext = {
    task: 'classification', input: (['table', 'table', 'sequence', 'image'] as const)[exampleShape.length]!, exampleShape, outputs: 3, classes: 3, classCounts: [2, 2, 2], steps: 1, stepsPerEpoch: 1,
  };
  const model = buildBlock('architectures', blockSchema('architectures').parse(specification), context);
  const loss = buildBlock('losses', blockSchema('losses').parse('cross-entropy'), context);
  const target = constant(Int32Array.from({ length: batch }, (_, i) => i % 3), [batch]);
  const specs = {
    parameters: Object.fromEntries(Object.entries(model.parameters).map(([name, { shape }]) => [name, spec(shape)])),
    x: spec([batch, ...exampleShape]),
  };
  interface Arguments { parameters: Record<string, Tensor>; x: Tensor }
  const graph = trace(({ parameters, x }: Arguments) => {
    const buffers = Object.fromEntries(Object.entries(model.buffers).map(([name, { shape, initial }]) => [name, constant(typeof initial === 'number' ? new Float32Array(shape[0]!).fill(initial) : initial, shape)]));
    const [value, gradients] = valueAndGrad((p: Record<string, Tensor>) =>
      mean(loss.perExample(model.apply(p, buffers, x, { train: true, random: (name) => constant(streamKey(3, name), [2]) }).output, target)))(parameters);
    return { loss: value, gradients };
  }, specs);
  return { model, program: await compile(graph, { device, threads: 1 }) };
}

const feeds = (parameters: Record<string, Float32Array | Float64Array>, x: Float32Array) =>
  ({ ...Object.fromEntries(Object.entries(parameters).map(([name, data]) => [`parameters.${name}`, data])), x });

describe.each(networks)('%s', (_name, specification, exampleShape) => {
  const x = new Philox(5, 'x').normals(batch * exampleShape.reduce((a, b) => a * b, 1));

  it('has the gradient that finite differences in float64 give, parameter by parameter', async () => {
    const { model, program } = await build(specification, exampleShape, 'reference');
    const parameters = Object.fromEntries(Object.entries(initialize(model, 2).parameters).map(([name, data]) => [name, Float64Array.from(data)]));
    const result = await program.run(feeds(parameters, x));
    const h = 1e-6;
    for (const name of Object.keys(parameters)) {
      const own = parameters[name]!;
      const gradient = await result[`gradients.${name}`]!.read() as Float64Array;
      const direction = Float64Array.from(new Philox(9, name).normals(own.length));
      const at = async (t: number): Promise<number> => {
        const moved = { ...parameters, [name]: own.map((value, i) => value + t * direction[i]!) };
        return Number((await (await program.run(feeds(moved, x)))['loss']!.read())[0]);
      };
      // Fourth-order central difference: its own error is far below the bound.
      const difference = (8 * (await at(h) - await at(-h)) - (await at(2 * h) - await at(-2 * h))) / (12 * h);
      const slope = gradient.reduce((sum, value, i) => sum + value * direction[i]!, 0);
      const scale = Math.hypot(...gradient) * Math.hypot(...direction);
      expect(Math.abs(slope - difference) / Math.max(scale, 1e-3), name).toBeLessThan(1e-6);
    }
  });

  it('is computed alike by ONNX Runtime and the float64 reference', async () => {
    const [native, reference] = [await build(specification, exampleShape, 'cpu'), await build(specification, exampleShape, 'reference')];
    const { parameters } = initialize(native.model, 2);
    const [ours, exact] = [await native.program.run(feeds(parameters, x)), await reference.program.run(feeds(parameters, x))];
    for (const name of Object.keys(exact)) {
      const values = await ours[name]!.read() as Float32Array;
      const truth = await exact[name]!.read() as Float64Array;
      const size = Math.max(Math.hypot(...truth) / Math.sqrt(truth.length), 1e-3);
      values.forEach((value, i) => expect(Math.abs(value - truth[i]!) / size, `${name}[${i}]`).toBeLessThan(1e-5));
    }
    await native.program.dispose();
  });
});
