import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as g from '#core/graph';
import type { Feed } from '#core/runtime';
import { distinctValues, evaluate, relativeError } from './oracle';

interface Equation {
  readonly text: string;
  readonly shapes: number[][];
  /** The letters of every operand's axes and of the result's; capitals stand for the axes of the ellipsis, the last one `A`. */
  readonly terms: string[];
  readonly output: string;
}

/** Equations of one to three operands with repeated letters, sums, and an ellipsis whose axes broadcast. */
const equations: fc.Arbitrary<Equation> = fc
  .record({
    sizes: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 5, maxLength: 5 }),
    terms: fc.array(fc.array(fc.constantFrom(...'ijkl'), { maxLength: 3 }), { minLength: 1, maxLength: 3 }),
    dots: fc.array(fc.tuple(fc.nat(2), fc.boolean(), fc.boolean()), { minLength: 3, maxLength: 3 }),
    ellipsis: fc.boolean(),
    explicit: fc.boolean(),
    order: fc.shuffledSubarray([...'ijkl']),
  })
  .map(({ sizes, terms, dots, ellipsis, explicit, order }) => {
    const width = ellipsis ? Math.max(...terms.map((_, i) => dots[i]![0])) : 0;
    const hidden = (count: number): string => 'BA'.slice(2 - count);
    const length = (c: string): number => sizes['ijkl'.indexOf(c)] ?? (c === 'A' ? sizes[4]! : 2);
    const shapes: number[][] = [];
    const full = terms.map((letters, i) => {
      const lead = hidden(ellipsis ? dots[i]![0] : 0);
      shapes.push([...[...lead].map((c, k) => (dots[i]![1 + (k % 2)] ? 1 : length(c))), ...letters.map(length)]);
      return lead + letters.join('');
    });
    const used = terms.flat();
    const kept = explicit ? order.filter((c) => used.includes(c)) : [...new Set(used)].filter((c) => used.filter((d) => d === c).length === 1).sort();
    const mark = (letters: string): string => (ellipsis ? `...${letters}` : letters);
    const left = terms.map((letters) => mark(letters.join(''))).join(',');
    return { text: explicit ? `${left}->${mark(kept.join(''))}` : left, shapes, terms: full, output: hidden(width) + kept.join('') };
  });

/** The sum as its definition has it: over all values of all letters. */
function bySums({ shapes, terms, output }: Equation, values: readonly Float64Array[]): { shape: number[]; data: Float64Array } {
  const letters = [...new Set(terms.join(''))];
  const lengths = letters.map((c) => Math.max(...terms.flatMap((term, i) => [...term].map((d, axis) => (d === c ? shapes[i]![axis]! : 1)))));
  const position = (term: string, shape: readonly number[], index: readonly number[]): number =>
    [...term].reduce((at, c, axis) => at * shape[axis]! + (shape[axis] === 1 ? 0 : index[letters.indexOf(c)]!), 0);
  const shape = [...output].map((c) => lengths[letters.indexOf(c)]!);
  const data = new Float64Array(g.sizeOf(shape));
  for (let count = 0; count < g.sizeOf(lengths); count++) {
    let rest = count;
    const index = lengths.map((n) => [rest % n, (rest = Math.floor(rest / n))][0]!);
    data[position(output, shape, index)]! += values.reduce((product, v, i) => product * v[position(terms[i]!, shapes[i]!, index)]!, 1);
  }
  return { shape, data };
}

test('einsum equals the sums of its definition: any letters, repeated ones, ellipses that broadcast', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(equations, { minLength: 20, maxLength: 20 }), fc.nat(1e6), async (many, seed) => {
      const outputs: g.Tensor[] = [];
      const expected: Float64Array[] = [];
      const feeds = new Map<g.Tensor, Feed>();
      many.forEach((equation, i) => {
        const random = new g.Philox(seed, 'einsum', i);
        const values = equation.shapes.map((shape, k) => distinctValues(random, g.sizeOf(shape), [-1, 1.2], k));
        const xs = equation.shapes.map((shape, k) => g.input(`${i}.${k}`, shape));
        const y = g.einsum(equation.text, ...xs);
        const { shape, data } = bySums(equation, values);
        expect(y.shape, equation.text).toEqual(shape);
        outputs.push(y);
        expected.push(data);
        xs.forEach((x, k) => feeds.set(x, Float32Array.from(values[k]!)));
      });
      for (const [device, tolerance] of [['reference', 1e-12], ['cpu', 1e-5]] as const) {
        const results = await evaluate(device, outputs, feeds);
        results.forEach((numbers, i) => expect(relativeError(numbers, expected[i]!, 1), JSON.stringify(many[i])).toBeLessThan(tolerance));
      }
    }),
    { numRuns: 10, endOnFailure: true },
  );
});
