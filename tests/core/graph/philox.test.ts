import { describe, expect, test } from 'vitest';
import * as g from '#core/graph';
import { evaluate } from './oracle';

const hex = (words: Uint32Array): string => [...words].map((word) => word.toString(16).padStart(8, '0')).join(' ');

describe('Philox 4x32-10', () => {
  // The known answers that its authors publish with Random123 (kat_vectors).
  test.each([
    [[0, 0, 0, 0], [0, 0], '6627e8d5 e169c58d bc57ac4c 9b00dbd8'],
    [[0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff], [0xffffffff, 0xffffffff], '408f276d 41c83b0e a20bc7c6 6d5451fd'],
    [[0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0], 'd16cfe09 94fdcceb 5001e420 24126ea1'],
  ] as const)('known answer %#', (counter, key, expected) => {
    const out = new Uint32Array(4);
    g.philoxBlock([...counter], [...key], out);
    expect(hex(out)).toBe(expected);
  });

  test('the graph gives the bits of the host on every executor, for any key', async () => {
    for (const [k0, k1] of [[0, 0], [-1, -1], [0x243f6a88, -559038737], [1, 2]] as const) {
      const key = g.input('key', [2], 'int32');
      const feeds = new Map([[key, Int32Array.of(k0, k1)]]);
      const stream2 = g.randomUniform(key, [37], { stream: 2 });
      for (const device of ['cpu', 'tensorflow', 'reference'] as const) {
        const [uniforms] = await evaluate(device, [stream2], feeds);
        const words = g.philoxWords([k0, k1], 37, 2);
        expect([...uniforms!]).toEqual([...words].map((word) => (word >>> 8) * 2 ** -24));
      }
    }
  });

  test('halves are the halves of the words', () => {
    const words = g.philoxWords([3, 4], 3, 1);
    expect([...g.philoxHalves([3, 4], 5, 1)]).toEqual([...[...words].map((word) => word >>> 16), words[0]! & 0xffff, words[1]! & 0xffff]);
  });

  test('a stream on the host continues where the graph begins', async () => {
    const host = new g.Philox(42, 'dropout', 7);
    const key = g.input('key', [2], 'int32');
    const feeds = new Map([[key, g.streamKey(42, 'dropout', 7)]]);
    const [uniforms, normals] = await evaluate('reference', [g.randomUniform(key, [5, 3]), g.randomNormal(key, [7])], feeds);
    expect([...uniforms!]).toEqual([...host.uniforms(15)]);
    const expected = new g.Philox(42, 'dropout', 7).normals(7);
    normals!.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 6));
    // A later draw differs, a replayed one does not.
    expect(host.uniforms(15)).not.toEqual(new g.Philox(42, 'dropout', 7).uniforms(15));
    expect(new g.Philox(42, 'dropout', 7, host.counter).uniforms(4)).toEqual(host.uniforms(4));
  });

  test('vmap over keys draws for each member its own numbers', async () => {
    const keys = g.input('keys', [3, 2], 'int32');
    const feeds = new Map([[keys, Int32Array.of(1, 2, 3, 4, 5, 6)]]);
    const draw = g.vmap((key: g.Tensor) => g.cast(g.bernoulli(key, 0.3, [4, 5]), 'float32'))(keys);
    for (const device of ['cpu', 'tensorflow', 'reference'] as const) {
      const [all] = await evaluate(device, [draw], feeds);
      const expected = [[1, 2], [3, 4], [5, 6]].flatMap(([a, b]) => [...g.philoxHalves([a!, b!], 20)].map((half) => Number(half < Math.round(0.3 * 2 ** 16))));
      expect([...all!]).toEqual(expected);
    }
  });
});

describe('keys', () => {
  test('keys of different uses differ', () => {
    const keys = [g.streamKey(0, 'a'), g.streamKey(0, 'b'), g.streamKey(1, 'a'), g.streamKey(0, 'a', 1), g.streamKey(2 ** 32, 'a')].map(String);
    expect(new Set(keys).size).toBe(5);
  });
});
