/**
 * Philox 4x32-10, a counter-based generator (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"). A block of
 * four 32-bit words is a function of a 128-bit counter and a 64-bit key, so any number of any stream can be had at once.
 */
const M0 = 0xd2511f53;
const M1 = 0xcd9e8d57;
const W0 = 0x9e3779b9;
const W1 = 0xbb67ae85;

/** High word of the 64-bit product of two 32-bit words. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const carry = aLow * bHigh + (middle & 0xffff);
  return (aHigh * bHigh + Math.floor(middle / 65536) + Math.floor(carry / 65536)) >>> 0;
}

/** The block at `counter` under `key`, written to `out[at..at + 3]`. */
export function philoxBlock(counter: readonly [number, number, number, number], key: readonly [number, number], out: Uint32Array, at = 0): void {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < 10; round++) {
    const high0 = multiplyHigh(M0, c0 >>> 0);
    const high1 = multiplyHigh(M1, c2 >>> 0);
    const low0 = Math.imul(M0, c0);
    const low1 = Math.imul(M1, c2);
    [c0, c1, c2, c3] = [high1 ^ c1 ^ k0, low1, high0 ^ c3 ^ k1, low0];
    k0 = (k0 + W0) | 0;
    k1 = (k1 + W1) | 0;
  }
  out[at] = c0;
  out[at + 1] = c1;
  out[at + 2] = c2;
  out[at + 3] = c3;
}

/** `count` words of stream `stream` under `key`, the first at counter `start`. */
export function philoxWords(key: readonly [number, number], count: number, stream = 0, start = 0): Uint32Array {
  const blocks = Math.ceil(count / 4);
  const words = new Uint32Array(4 * blocks);
  for (let i = 0; i < blocks; i++) {
    const counter = start + i;
    philoxBlock([counter | 0, stream, Math.floor(counter / 2 ** 32), 0], key, words, 4 * i);
  }
  return words.subarray(0, count);
}

/** `count` 16-bit numbers: the upper halves of half as many words, then their lower halves. */
export function philoxHalves(key: readonly [number, number], count: number, stream = 0): Uint16Array {
  const words = philoxWords(key, Math.ceil(count / 2), stream);
  return Uint16Array.from({ length: count }, (_, i) => (i < words.length ? words[i]! >>> 16 : words[i - words.length]! & 0xffff));
}

/**
 * The key (two words, to be fed as int32 `[2]`) of one use of randomness: a run's seed, a name that says what it is for, and
 * a number such as the step. Different uses get unrelated keys.
 */
export function streamKey(seed: number, name: string, number = 0): Int32Array {
  return streamKeys([seed], name, number);
}

/** The keys of the same use for several seeds, one after another: int32 `[seeds, 2]`. */
export function streamKeys(seeds: readonly number[], name: string, number = 0): Int32Array {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) hash = Math.imul(hash ^ byte, 0x01000193);
  const keys = new Int32Array(2 * seeds.length);
  const out = new Uint32Array(4);
  seeds.forEach((seed, i) => {
    philoxBlock([hash, number | 0, Math.floor(number / 2 ** 32), Math.floor(seed / 2 ** 32)], [seed | 0, 0x42617369], out);
    keys[2 * i] = out[0]!;
    keys[2 * i + 1] = out[1]!;
  });
  return keys;
}

/** A stream of random numbers on the host: the same numbers as the graph's random ops give for the same key. */
export class Philox {
  readonly key: Int32Array;
  /** Blocks drawn so far; setting it back replays the stream. */
  counter: number;

  /** @param number tells uses of one name apart, for instance the epoch */
  constructor(seed: number, name = '', number = 0, counter = 0) {
    this.key = streamKey(seed, name, number);
    this.counter = counter;
  }

  /** `n` random 32-bit words. Every call starts at a fresh block. */
  words(n: number): Uint32Array {
    const words = philoxWords([this.key[0]!, this.key[1]!], n, 0, this.counter);
    this.counter += Math.ceil(n / 4);
    return words;
  }

  /** `n` numbers in `[0, 1)`, multiples of 2^-24. */
  uniforms(n: number): Float32Array {
    return Float32Array.from(this.words(n), (word) => (word >>> 8) * 2 ** -24);
  }

  /** `n` normal numbers (Box and Muller 1958). */
  normals(n: number): Float32Array {
    const half = Math.ceil(n / 2);
    const words = this.words(2 * half);
    const result = new Float32Array(n);
    for (let i = 0; i < half; i++) {
      const radius = Math.sqrt(-2 * Math.log(((words[i]! >>> 8) + 1) * 2 ** -24));
      const angle = 2 * Math.PI * ((words[half + i]! >>> 8) * 2 ** -24);
      result[i] = radius * Math.cos(angle);
      if (half + i < n) result[half + i] = radius * Math.sin(angle);
    }
    return result;
  }

  /** The numbers `0 ... n - 1` in random order (Fisher and Yates). */
  permutation(n: number): Int32Array {
    const order = Int32Array.from({ length: n }, (_, i) => i);
    const words = this.words(2 * Math.max(0, n - 1));
    for (let i = n - 1, at = 0; i > 0; i--, at += 2) {
      // 53 random bits: the bias of the scaled choice is below 2^-21 for any n that fits an array.
      const fraction = (words[at]! * 2 ** 21 + (words[at + 1]! >>> 11)) * 2 ** -53;
      const j = Math.floor(fraction * (i + 1));
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    return order;
  }
}
