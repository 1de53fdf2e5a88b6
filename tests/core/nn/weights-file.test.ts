import { UserError } from '#core/graph';
import { batchNorm, initialize, linear, readSafetensors, readWeights, sequential, writeSafetensors, writeWeights } from '#core/nn';
import { describe, expect, it } from 'vitest';

const network = (units: number) => sequential([
  linear({ units, initializer: ({ shape }, random) => random.normals(shape[0]! * shape[1]!) }), batchNorm(),
])([3]);

describe('weights as a file', () => {
  it('come back as they were, metadata too', () => {
    const module = network(4);
    const weights = initialize(module, 1);
    const { parameters, buffers, metadata } = readWeights(module, writeWeights(module, weights, { step: '7' }));
    expect({ parameters, buffers }).toEqual(weights);
    expect({ ...metadata }).toEqual({ step: '7' });
  });

  it('take PyTorch\'s batch counters and double precision', () => {
    const module = network(2);
    const weights = initialize(module, 1);
    const { tensors } = readSafetensors(writeWeights(module, weights));
    const theirs = Object.fromEntries(Object.entries(tensors).map(([name, { shape, data }]) => [name, { shape, data: Float64Array.from(data as Float32Array) }]));
    const bytes = writeSafetensors({ ...theirs, '1.num_batches_tracked': { shape: [], data: BigInt64Array.of(9n) } });
    expect(readWeights(module, bytes).parameters).toEqual(weights.parameters);
  });

  it.each<[string, (tensors: Record<string, { shape: readonly number[]; data: Float32Array }>) => void, string]>([
    ['a missing parameter', (tensors) => delete tensors['0.bias'], '"0.bias" is missing'],
    ['an unknown parameter', (tensors) => (tensors['0.biass'] = { shape: [4], data: new Float32Array(4) }), 'it has "0.biass"; did you mean "0.bias"'],
    ['another shape', (tensors) => (tensors['0.weight'] = { shape: [3, 4], data: new Float32Array(12) }), '"0.weight" is [3, 4], the network has [4, 3]'],
  ])('refuse %s', (_name, change, message) => {
    const module = network(4);
    const { tensors } = readSafetensors(writeWeights(module, initialize(module, 1)));
    const changed = { ...tensors } as Record<string, { shape: readonly number[]; data: Float32Array }>;
    change(changed);
    const read = (): unknown => readWeights(module, writeSafetensors(changed), 'w.safetensors');
    expect(read).toThrow(UserError);
    expect(read).toThrow(message);
  });
});
