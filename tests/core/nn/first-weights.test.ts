import { beginWith, initialize, linear, readSafetensors, writeSafetensors, writeWeights } from '#core/nn';
import { describe, expect, it } from 'vitest';

const network = (units: number) => linear({ units, initializer: ({ shape }) => new Float32Array(shape[0]! * shape[1]!).fill(9) })([3]);

describe('a network that begins with the weights of a file', () => {
  it('has exactly its numbers, integers and double ones too', () => {
    const bytes = writeSafetensors({ weight: { shape: [2, 3], data: Float64Array.of(1, 2, 3, 4, 5, 6) }, bias: { shape: [2], data: Int8Array.of(-1, 7) } });
    const { module, report } = beginWith(network(2), bytes, 'w.safetensors');
    expect(initialize(module, 1).parameters).toEqual({ weight: Float32Array.of(1, 2, 3, 4, 5, 6), bias: Float32Array.of(-1, 7) });
    expect(report).toMatchObject({ loaded: ['weight', 'bias'], missing: [], unexpected: [], mismatched: [] });
  });

  it('says every missing, unexpected and mismatched name, and takes what fits where that is asked for', () => {
    const { bias } = readSafetensors(writeWeights(network(2), initialize(network(2), 0))).tensors;
    const bytes = writeSafetensors({ weight: { shape: [3, 2], data: new Float32Array(6) }, bias: bias!, 'head.weight': { shape: [1], data: Float32Array.of(5) } });
    const words = /not in the network: head\.weight[^]*of another shape: weight is \[3, 2\], not \[2, 3\]/;
    expect(() => beginWith(network(2), bytes, 'w.safetensors')).toThrow(words);
    const { module } = beginWith(network(2), bytes, 'w.safetensors', { partial: true });
    expect(initialize(module, 1).parameters['weight']).toEqual(new Float32Array(6).fill(9));
    expect(module.notes!.join()).toContain('head.weight');
    expect(() => beginWith(network(2), writeSafetensors({ other: { shape: [1], data: new Float32Array(1) } }), 'w.safetensors', { partial: true })).toThrow('missing in the file: weight, bias');
  });
});
