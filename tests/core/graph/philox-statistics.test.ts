import { describe, expect, test } from 'vitest';
import * as g from '#core/graph';
import { evaluate } from './oracle';
import { chiSquareTail, chiSquareTest, correlation, kolmogorovTest, normalCdf, normalTest } from './statistics';

/**
 * Every test rejects at the level of 0.001; where it looks at many statistics at once, the level is divided among them (Bonferroni).
 * All seeds are fixed: a generator that passes once passes always.
 */
const LEVEL = 1e-3;

const passes = (p: number, tests = 1): void => {
  expect(p).toBeGreaterThan(LEVEL / tests);
  // A fit this good would be as suspicious as none.
  expect(p).toBeLessThan(1 - 1e-6);
};
const equalCounts = (counts: ArrayLike<number>): number => {
  const total = Array.from(counts).reduce((a, b) => a + b, 0);
  return chiSquareTest(counts, Array.from(counts, () => total / counts.length));
};

describe('the yardsticks themselves, at published quantiles', () => {
  test('chi-square, normal and Kolmogorov', () => {
    expect(chiSquareTail(3.841459, 1)).toBeCloseTo(0.05, 6);
    expect(chiSquareTail(43.8202, 19)).toBeCloseTo(0.001, 6);
    expect(chiSquareTail(10.8508, 20)).toBeCloseTo(0.95, 5);
    expect(normalCdf(1.959964)).toBeCloseTo(0.975, 6);
    expect(normalCdf(-3)).toBeCloseTo(0.00134990, 8);
    // A grid of n points at distance 1 / (2 n) from the line is far too even; a shifted one is far too uneven.
    const even = Float64Array.from({ length: 1000 }, (_, i) => (i + 0.5) / 1000);
    expect(kolmogorovTest(even, (x) => x)).toBeCloseTo(1, 6);
    expect(kolmogorovTest(even, (x) => x ** 1.2)).toBeLessThan(LEVEL);
  });
});

describe('words and uniforms', () => {
  const n = 200_000;
  const words = new g.Philox(1, 'words').words(n);
  const uniforms = new g.Philox(1, 'uniform').uniforms(n);

  test('chi-square: every byte of the words, and pairs of neighbours, are equally likely', () => {
    for (const shift of [0, 8, 16, 24]) {
      const counts = new Float64Array(256);
      for (const word of words) counts[(word >>> shift) & 255]!++;
      passes(equalCounts(counts), 5);
    }
    const pairs = new Float64Array(256);
    for (let i = 0; i + 1 < n; i += 2) pairs[((words[i]! >>> 28) << 4) | (words[i + 1]! >>> 28)]!++;
    passes(equalCounts(pairs), 5);
  });

  test('every bit is one half of the time', () => {
    for (let bit = 0; bit < 32; bit++) {
      const ones = words.reduce((total, word) => total + ((word >>> bit) & 1), 0);
      passes(normalTest((ones - n / 2) / Math.sqrt(n / 4)), 32);
    }
  });

  test('Kolmogorov-Smirnov: uniforms fill [0, 1)', () => {
    passes(kolmogorovTest(uniforms, (x) => x));
    expect(Math.min(...uniforms.subarray(0, 1e5))).toBeGreaterThanOrEqual(0);
    expect(Math.max(...uniforms.subarray(0, 1e5))).toBeLessThan(1);
  });

  test('no serial correlation at lags 1 to 16, 64 and 1024', () => {
    const lags = [...g.range(16, 1), 64, 1024];
    for (const lag of lags) passes(normalTest(correlation(uniforms, uniforms, n - lag, lag)), lags.length);
  });

  test('runs above and below one half (Wald and Wolfowitz 1940)', () => {
    const above = Array.from(uniforms, (u) => u >= 0.5);
    const high = above.filter(Boolean).length;
    const low = n - high;
    const runs = 1 + above.slice(1).filter((side, i) => side !== above[i]).length;
    const mean = 1 + (2 * high * low) / n;
    passes(normalTest((runs - mean) / Math.sqrt(((mean - 1) * (mean - 2)) / (n - 1))));
  });

  test('birthday spacings (Marsaglia 1985): equal gaps among 512 days of a year of 2^24 are Poisson with mean 2', () => {
    const [birthdays, years] = [512, 1000];
    const counts = new Float64Array(8);
    const days = new g.Philox(7, 'birthdays');
    for (let year = 0; year < years; year++) {
      const dates = Float64Array.from(days.words(birthdays), (word) => word >>> 8).sort();
      const gaps = dates.map((date, i) => (i === 0 ? date : date - dates[i - 1]!)).sort();
      const equal = gaps.reduce((total, gap, i) => total + Number(i > 0 && gap === gaps[i - 1]), 0);
      counts[Math.min(7, equal)]!++;
    }
    const lambda = birthdays ** 3 / (4 * 2 ** 24);
    let term = Math.exp(-lambda);
    const expected = g.range(7).map((k) => years * (k === 0 ? term : (term *= lambda / k)));
    passes(chiSquareTest(counts, [...expected, years - expected.reduce((a, b) => a + b, 0)]));
  });

  test('one bit of counter or key turns half of the bits of the block', () => {
    const turned = new Float64Array(129);
    const block = (input: Uint32Array): Uint32Array => {
      const out = new Uint32Array(4);
      g.philoxBlock([input[0]!, input[1]!, input[2]!, input[3]!], [input[4]!, input[5]!], out);
      return out;
    };
    const random = new g.Philox(9, 'avalanche');
    for (let trial = 0; trial < 30; trial++) {
      const input = random.words(6).slice();
      const base = block(input);
      for (let bit = 0; bit < 192; bit++) {
        const other = input.slice();
        other[bit >> 5]! ^= 1 << (bit & 31);
        const distance = block(other).reduce((total, word, i) => {
          let [difference, ones] = [(word ^ base[i]!) >>> 0, 0];
          for (; difference !== 0; difference = (difference & (difference - 1)) >>> 0) ones++;
          return total + ones;
        }, 0);
        turned[distance]!++;
      }
    }
    const trials = 30 * 192;
    const mean = turned.reduce((total, count, distance) => total + count * distance, 0) / trials;
    passes(normalTest((mean - 64) / Math.sqrt(32 / trials)));
    expect(turned.slice(0, 30).every((count) => count === 0) && turned.slice(99).every((count) => count === 0)).toBe(true);
  });
});

describe('streams that must have nothing to do with one another', () => {
  const length = 4096;
  const families: Record<string, (k: number) => ArrayLike<number>> = {
    'steps of a run': (k) => new g.Philox(3, 'dropout', k).uniforms(length),
    'members of a population (seeds)': (k) => new g.Philox(k, 'init').uniforms(length),
    'names': (k) => new g.Philox(3, `layers.${k}.weight`).uniforms(length),
    'streams of a key': (k) => Float64Array.from(g.philoxWords([5, 6], length, k), (word) => word / 2 ** 32),
    'runs far apart': (k) => new g.Philox(2 ** 32 * k + 3, 'init').uniforms(length),
  };

  test.each(Object.keys(families))('%s: no pair of 48 is correlated', (name) => {
    const streams = g.range(48).map(families[name]!);
    const pairs = (48 * 47) / 2;
    for (let i = 0; i < 48; i++) for (let j = 0; j < i; j++) passes(normalTest(correlation(streams[i]!, streams[j]!)), pairs);
  });

  test.each(Object.keys(families))('%s: the first numbers of 4000 of them are as random as one stream', (name) => {
    const firsts = Float64Array.from(g.range(4000), (k) => {
      if (name === 'names') return new g.Philox(3, `layers.${k}.weight`).uniforms(1)[0]!;
      if (name === 'streams of a key') return g.philoxWords([5, 6], 1, k)[0]! / 2 ** 32;
      if (name === 'steps of a run') return new g.Philox(3, 'dropout', k).uniforms(1)[0]!;
      return new g.Philox(name === 'runs far apart' ? 2 ** 32 * k + 3 : k, 'init').uniforms(1)[0]!;
    });
    passes(kolmogorovTest(firsts, (x) => x));
    passes(normalTest(correlation(firsts, firsts, 3999, 1)));
  });

  test('neighbouring steps, pair by pair: chi-square on a 16 x 16 board', () => {
    const counts = new Float64Array(256);
    for (let k = 0; k < 40; k++) {
      const [a, b] = [new g.Philox(3, 'noise', k).words(2000), new g.Philox(3, 'noise', k + 1).words(2000)];
      a.forEach((word, i) => counts[((word >>> 28) << 4) | (b[i]! >>> 28)]!++);
    }
    passes(equalCounts(counts));
  });
});

describe('what is made of the words', () => {
  const n = 200_000;

  test('normals: Kolmogorov-Smirnov, moments, tails, and halves that know nothing of each other', () => {
    const z = new g.Philox(2, 'normal').normals(n);
    passes(kolmogorovTest(z, normalCdf));
    const moment = (k: number): number => z.reduce((total, v) => total + v ** k, 0) / n;
    passes(normalTest(moment(1) * Math.sqrt(n)), 4);
    passes(normalTest((moment(2) - 1) * Math.sqrt(n / 2)), 4);
    passes(normalTest(moment(3) * Math.sqrt(n / 15)), 4);
    passes(normalTest((moment(4) - 3) * Math.sqrt(n / 96)), 4);
    for (const edge of [2, 3, 4]) {
      const p = 2 * normalCdf(-edge);
      const beyond = z.filter((v) => Math.abs(v) > edge).length;
      passes(normalTest((beyond - n * p) / Math.sqrt(n * p * (1 - p))), 3);
    }
    // Cosines and sines of the same angles.
    const [cosines, sines] = [z.subarray(0, n / 2), z.subarray(n / 2)];
    passes(normalTest(correlation(cosines, sines)), 2);
    passes(normalTest(correlation(cosines.map(Math.abs), sines.map(Math.abs))), 2);
  });

  test('every order of four is equally likely, and every place of a longer permutation', () => {
    const random = new g.Philox(4, 'shuffle');
    const orders = new Map<string, number>();
    for (let i = 0; i < 24_000; i++) {
      const order = random.permutation(4).join('');
      orders.set(order, (orders.get(order) ?? 0) + 1);
    }
    expect(orders.size).toBe(24);
    passes(equalCounts([...orders.values()]));
    expect([...random.permutation(1000)].sort((a, b) => a - b)).toEqual(g.range(1000));
    // Rows and columns of the table are fixed in sum, which takes 11 of its 36 degrees of freedom.
    const places = new Float64Array(36);
    for (let i = 0; i < 6000; i++) random.permutation(6).forEach((value, place) => places[6 * place + value]!++);
    const statistic = places.reduce((total, count) => total + (count - 1000) ** 2 / 1000, 0);
    passes(chiSquareTail(statistic, 25));
  });

  test('bernoulli: rates of numbers and of tensors, on every executor, mask by mask independent', async () => {
    const count = 40_000;
    const key = g.input('key', [2], 'int32');
    const rates = [0.05, 0.25, 0.5, 0.9];
    const masks = [
      ...rates.map((p, stream) => g.bernoulli(key, p, [count], { stream })),
      ...rates.map((p, stream) => g.bernoulli(key, g.full([count], p), [count], { stream: 10 + stream })),
    ].map((mask) => g.cast(mask, 'float32'));
    const feeds = new Map([[key, g.streamKey(11, 'dropout', 5)]]);
    const drawn = await evaluate('cpu', masks, feeds);
    expect(await evaluate('reference', masks, feeds)).toEqual(drawn);
    drawn.forEach((mask, i) => {
      const p = rates[i % rates.length]!;
      const ones = mask.reduce((a, b) => a + b, 0);
      passes(normalTest((ones - count * p) / Math.sqrt(count * p * (1 - p))), masks.length);
    });
    const pairs = (masks.length * (masks.length - 1)) / 2;
    for (let i = 0; i < masks.length; i++) for (let j = 0; j < i; j++) passes(normalTest(correlation(drawn[i]!, drawn[j]!)), pairs);
  });
});

describe('the same bits everywhere', () => {
  const keys = [[0, 0], [-1, -1], [1, 2], [0x243f6a88, -559038737], [-(2 ** 31), 2 ** 31 - 1]] as const;

  test.each(['cpu', 'tensorflow', 'reference'] as const)('host and %s: words, halves and uniforms of any key, count and stream', async (device) => {
    const population = g.input('keys', [keys.length, 2], 'int32');
    const feeds = new Map([[population, Int32Array.from(keys.flat())]]);
    for (const [count, stream] of [[1, 0], [3, 1], [4, 2], [37, 2 ** 31 - 1], [1001, 7]] as const) {
      const draw = (key: g.Tensor): g.Tensor[] => [g.randomUniform(key, [count], { stream }), g.cast(g.bernoulli(key, 0.3, [count], { stream }), 'float32')];
      const [uniforms, coins] = await evaluate(device, g.vmap(draw)(population), feeds);
      const expected = keys.map((key) => g.philoxWords(key, count, stream));
      expect([...uniforms!]).toEqual(expected.flatMap((words) => Array.from(words, (word) => (word >>> 8) * 2 ** -24)));
      expect([...coins!]).toEqual(keys.flatMap((key) => Array.from(g.philoxHalves(key, count, stream), (half) => Number(half < Math.round(0.3 * 2 ** 16)))));
    }
  });

  test('a stream of more than 2^32 blocks goes on in the next counter word', () => {
    const key = [1, 2] as const;
    const across = g.philoxWords(key, 8, 0, 2 ** 32 - 1);
    const block = (counter: [number, number, number, number]): Uint32Array => {
      const out = new Uint32Array(4);
      g.philoxBlock(counter, key, out);
      return out;
    };
    expect([...across]).toEqual([...block([0xffffffff, 0, 0, 0]), ...block([0, 0, 1, 0])]);
  });
});
