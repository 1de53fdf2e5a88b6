import type { Philox } from '#core/graph';

/** One whole number from 0 to `n - 1`. */
export const below = (random: Philox, n: number): number => random.words(1)[0]! % n;

const extremes = [0, 1, 2, 0x7f, 0x80, 0xff];

/** A damaged copy of `bytes`: one to four changes, `others` being files to take parts from. */
export function mutate(bytes: Uint8Array, others: readonly Uint8Array[], random: Philox): Uint8Array {
  let result: Uint8Array = bytes.slice();
  const changes = 1 + below(random, 4);
  for (let i = 0; i < changes && result.length > 0; i++) result = change(result, others, random);
  return result;
}

function change(bytes: Uint8Array, others: readonly Uint8Array[], random: Philox): Uint8Array {
  const at = below(random, bytes.length);
  const length = 1 + below(random, Math.min(64, bytes.length - at));
  switch (below(random, 8)) {
    case 0:
      bytes[at]! ^= 1 << below(random, 8);
      return bytes;
    case 1:
      bytes[at] = extremes[below(random, extremes.length)]!;
      return bytes;
    case 2: return bytes.slice(0, at);
    case 3: return joined(bytes.subarray(0, at), bytes.subarray(at + length));
    case 4: return joined(bytes.subarray(0, at + length), bytes.subarray(at));
    case 5: {
      const other = others[below(random, others.length)]!;
      const from = below(random, other.length);
      return joined(bytes.subarray(0, at), other.subarray(from, from + 1 + below(random, 256)), bytes.subarray(at));
    }
    case 6:
      // A varint at its longest: huge lengths, numbers and axes.
      return joined(bytes.subarray(0, at), new Uint8Array(9).fill(0xff), Uint8Array.of(1 + below(random, 127)), bytes.subarray(at + 1));
    default:
      for (let i = 0; i < length; i++) bytes[at + i] = below(random, 256);
      return bytes;
  }
}

function joined(...parts: Uint8Array[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}
