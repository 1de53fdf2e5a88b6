import { Philox, strictObject } from '#core/graph';
import { z } from 'zod';
import { count, seed } from './fields';
import { defineGenerator } from './generator';
import { generatedSequences } from './sequence';

const operations: Record<string, { sign: string; of(a: number, b: number, p: number): number }> = {
  add: { sign: '+', of: (a, b, p) => (a + b) % p },
  subtract: { sign: '-', of: (a, b, p) => (a - b + p) % p },
  multiply: { sign: '×', of: (a, b, p) => (a * b) % p },
  'sum of squares': { sign: '∘', of: (a, b, p) => (a * a + b * b) % p },
};

/**
 * Every equation `a o b = c (mod p)` as four tokens `a o b =` with the class `c` (Power et al. 2022, "Grokking", section 2). Trained on a
 * part of the table, networks first learn it by heart, and much later the rule.
 */
export const modularArithmetic = defineGenerator({
  use: 'modular-arithmetic',
  title: 'Modular arithmetic',
  help: 'The whole table of a sum or product modulo p: networks first learn it by heart, then (long after) understand it.',
  schema: strictObject({
    count: count(100_000).describe('How many of the p² equations to draw; all of them if there are no more.'),
    modulus: z.int().min(2).max(499).default(29).describe('The modulus p; the table has p² equations. The paper has 97.').meta({ label: 'Modulus' }),
    operation: z.enum(['add', 'subtract', 'multiply', 'sum of squares']).default('add').describe('What is computed.').meta({ label: 'Operation' }),
    seed,
  }),
  generate({ count: wanted, modulus: p, operation, seed: number }) {
    const { sign, of } = operations[operation]!;
    const [signToken, equals] = [p, p + 1];
    const chosen = new Philox(number, 'modular-arithmetic').permutation(p * p).subarray(0, wanted);
    const values = new Float32Array(chosen.length * 4);
    const codes = new Int32Array(chosen.length);
    chosen.forEach((equation, i) => {
      const [a, b] = [Math.floor(equation / p), equation % p];
      values.set([a, signToken, b, equals], 4 * i);
      codes[i] = of(a, b, p);
    });
    const numbers = Array.from({ length: p }, (_, i) => String(i));
    return generatedSequences('modular-arithmetic', {
      count: chosen.length, steps: 4, features: ['token'], values, vocabulary: [...numbers, sign, '='],
      target: { name: 'result', storage: 'text', codes, dictionary: numbers },
    });
  },
});
