import { Philox } from '#core/graph';
import { initialize, parameterCount } from '#core/nn';
import { describe, expect, it } from 'vitest';
import { built, floats } from '../evaluate';
import { outputOf } from './output-of';

const model = (specification: object, exampleShape: readonly number[] = [3, 32, 32], outputs = 10) =>
  built('architectures', specification, { input: 'image', exampleShape, outputs });

describe('parameter counts', () => {
  // He et al. 2016, table 6 (0.27 M ... 1.7 M), exact with option A.
  it.each([[20, 269_722], [32, 464_154], [44, 658_586], [56, 853_018], [110, 1_727_962]])('ResNet-%i with shortcuts of zeros has %i', (depth, count) => {
    expect(parameterCount(model({ use: 'resnet', depth, shortcut: 'padding' }))).toBe(count);
  });

  it('ResNet-164 v2 with bottlenecks has 1.7 M (He et al. 2016b)', () => {
    expect(parameterCount(model({ use: 'resnet', depth: 164, version: 'v2', block: 'bottleneck' })) / 1e6).toBeCloseTo(1.7, 1);
  });

  // Zagoruyko and Komodakis 2016, table 4.
  it.each([[16, 8, 11.0], [28, 10, 36.5], [40, 4, 8.9]])('WRN-%i-%i has %f M', (depth, factor, millions) => {
    expect(parameterCount(model({ use: 'wide-resnet', depth, factor })) / 1e6).toBeCloseTo(millions, 1);
  });

  // torchvision's vgg11 ... vgg19_bn on 224 x 224.
  it.each([[11, 'none', 132_863_336], [13, 'none', 133_047_848], [16, 'none', 138_357_544], [16, 'batch', 138_365_992], [19, 'none', 143_667_240]])(
    'the paper\'s VGG-%i (%s) has %i', (depth, norm, count) => {
      expect(parameterCount(model({ use: 'vgg', depth, norm, hidden: [4096, 4096] }, [3, 224, 224], 1000))).toBe(count);
    });
});

describe('residual networks', () => {
  it('without shortcuts: the same layers, no projection, and no path around a block', async () => {
    const shape = [2, 8, 8];
    const plain = model({ use: 'resnet', depth: 8, width: 4, shortcut: 'none' }, shape, 3);
    const residual = model({ use: 'resnet', depth: 8, width: 4, shortcut: 'padding' }, shape, 3);
    expect(Object.keys(plain.parameters)).toEqual(Object.keys(residual.parameters));
    const x = floats([2, ...shape], new Philox(1, 'x').normals(256));
    const silenced = (module: typeof plain) => {
      const { parameters, buffers } = initialize(module, 0);
      // A last norm of zeros in the first block shuts its branch.
      parameters['layer1.0.bn2.weight']!.fill(0);
      return { parameters, buffers };
    };
    const [dead, alive] = [await outputOf(plain, x, silenced(plain)), await outputOf(residual, x, silenced(residual))];
    expect(dead.subarray(0, 3)).toEqual(dead.subarray(3));
    expect(alive.subarray(0, 3)).not.toEqual(alive.subarray(3));
  });

  it('v2: with branches shut, a stage is the identity from input to output', async () => {
    const shape = [4, 8, 8];
    const module = built('architectures', { use: 'resnet', depth: 20, width: 4, version: 'v2' }, { input: 'image', exampleShape: shape, outputs: 4 });
    const { parameters, buffers } = initialize(module, 0);
    for (const [name, values] of Object.entries(parameters)) if (/layer\d\.\d\.conv2/.test(name)) values.fill(0);
    parameters['fc.weight']!.fill(0);
    const output = await outputOf(module, floats([2, ...shape], new Philox(1, 'x').normals(512)), { parameters, buffers });
    expect(Math.max(...output.map(Math.abs))).toBe(0);
    expect(module.parameters['bn1.weight']!.shape).toEqual([16]);
    expect(Object.keys(module.parameters).filter((name) => name.startsWith('layer1') && name.includes('downsample'))).toEqual([]);
  });

  it('refuse depths that their blocks cannot make, naming the nearest', () => {
    expect(() => model({ use: 'resnet', depth: 12 })).toThrow('6n + 2');
    expect(() => model({ use: 'resnet', depth: 20, block: 'bottleneck' })).not.toThrow();
    expect(() => model({ use: 'resnet', depth: 14, block: 'bottleneck' })).toThrow('cannot be built of bottleneck blocks');
    expect(() => model({ use: 'wide-resnet', depth: 20 })).toThrow('6n + 4');
  });
});

describe('a locally connected network', () => {
  it('with the same filters everywhere is a convolution', async () => {
    const shape = [2, 7, 6];
    const local = built('architectures', { use: 'lcn', channels: [5], kernel: 3, stride: 2, padding: 1 }, { input: 'image', exampleShape: shape, outputs: 3 });
    const shared = built('architectures', { use: 'cnn', stages: [{ stage: 'conv', channels: 5, kernel: 3, stride: 2, padding: 1 }] }, { input: 'image', exampleShape: shape, outputs: 3 });
    const ours = initialize(local, 0);
    const conv = initialize(shared, 4);
    const [places] = local.parameters['layers.0.weight']!.shape as [number];
    const filter = conv.parameters['layers.0.weight']!;
    for (let place = 0; place < places; place++) ours.parameters['layers.0.weight']!.set(filter, place * filter.length);
    conv.parameters['layers.0.bias']!.set([1, -2, 3, 0.5, 0.25]);
    ours.parameters['layers.0.bias']!.forEach((_, i, bias) => (bias[i] = conv.parameters['layers.0.bias']![Math.floor(i / places)]!));
    for (const end of ['weight', 'bias']) ours.parameters[`layers.3.${end}`] = conv.parameters[`layers.3.${end}`]!;
    const x = floats([3, ...shape], new Philox(2, 'x').normals(3 * 84));
    const [a, b] = [await outputOf(local, x, ours), await outputOf(shared, x, conv)];
    a.forEach((value, i) => expect(value).toBeCloseTo(b[i]!, 9));
  });

  it('has weights of its own at every place', () => {
    const module = model({ use: 'lcn', channels: [8], kernel: 5, stride: 1, padding: 2 }, [1, 28, 28]);
    expect(module.parameters['layers.0.weight']!.shape).toEqual([784, 8, 1, 5, 5]);
    expect(module.parameters['layers.0.bias']!.shape).toEqual([8, 28, 28]);
  });
});

