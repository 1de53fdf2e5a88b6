import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { detectEncoding, Utf8Check } from '../../../../core/data/readers/text-encoding';

function check(bytes: Uint8Array, cut: number): Utf8Check {
  const result = new Utf8Check();
  result.write(bytes.subarray(0, cut));
  result.write(bytes.subarray(cut));
  result.end();
  return result;
}

function valid(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** Bytes of which many are near the borders of UTF-8's ranges. */
const tricky = fc.uint8Array({ maxLength: 12 }).map((bytes) => bytes.map((byte) => [0x0a, 0x7f, 0x80, 0xbf, 0xc1, 0xc2, 0xe0, 0xa0, 0xed, 0x9f, 0xf0, 0x90, 0xf4, 0x8f, 0xf5, byte][byte % 16]!));

describe('the check of UTF-8', () => {
  it('agrees with the decoder of the platform, wherever the bytes are cut', () => {
    fc.assert(
      fc.property(tricky, fc.nat(12), (bytes, cut) => {
        expect(check(bytes, Math.min(cut, bytes.length)).first === null).toBe(valid(bytes));
      }),
      { numRuns: 3000 },
    );
  });

  it('counts letters of more than one byte in valid text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const result = check(new TextEncoder().encode(text), 1);
        expect(result.sequences).toBe([...text].filter((letter) => letter.codePointAt(0)! > 127).length);
      }),
    );
  });

  it('names the place of the first wrong byte, also where two pieces meet', () => {
    const bytes = Uint8Array.of(0x61, 10, 0x62, 0xc3, 0x41, 0xff);
    for (let cut = 0; cut <= bytes.length; cut++) {
      expect(check(bytes, cut)).toMatchObject({ invalid: 2, first: { offset: 3, line: 2, position: 2, byte: 0xc3 } });
    }
  });
});

describe('the encoding by the first bytes', () => {
  it('takes UTF-16 by its zeros only where one half of the bytes has them', () => {
    expect(detectEncoding(Buffer.from('a,b\n1,2\n', 'utf16le')).name).toBe('utf-16le');
    expect(detectEncoding(Buffer.from('a,b\n1,2\n')).name).toBe('utf-8');
    expect(detectEncoding(new Uint8Array(100)).name).toBe('utf-8');
  });
});
