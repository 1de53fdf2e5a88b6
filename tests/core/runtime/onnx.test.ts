import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as g from '#core/graph';
import { opCases } from '../graph/op-cases';
import { evaluate, inputsOf, projected, relativeError } from '../graph/oracle';

describe('ONNX Runtime against the float64 reference', () => {
  test.each(opCases)('$name', async (opCase) => {
    await fc.assert(
      fc.asyncProperty(opCase.shapes, fc.nat(1e6), async (shapes, seed) => {
        const { xs, feeds } = inputsOf(opCase, shapes, seed);
        const y = opCase.f(xs, shapes);
        const outputs = [y];
        if (opCase.flat !== true) outputs.push(...g.gradients(projected(y, seed), xs.filter((x) => x.dtype === 'float32')));
        const [fast, exact] = [await evaluate('cpu', outputs, feeds), await evaluate('reference', outputs, feeds)];
        fast.forEach((numbers, i) => expect(relativeError(numbers, exact[i]!, opCase.floor)).toBeLessThan(1e-5));
      }),
      { numRuns: 12 },
    );
  });

  test('every op of the table is covered by a case', () => {
    const seen = new Set<string>(['input', 'scalar', 'constant', 'randomBits']);
    for (const opCase of opCases) {
      for (const shapes of fc.sample(opCase.shapes, { numRuns: 10, seed: 1 })) {
        const { xs } = inputsOf(opCase, shapes, 0);
        const y = opCase.f(xs, shapes);
        const slopes = opCase.flat === true ? [] : g.gradients(g.sum(g.square(y)), xs.filter((x) => x.dtype === 'float32'));
        for (const node of g.topologicalOrder([y, ...slopes])) seen.add(node.op);
      }
    }
    expect(g.opNames().filter((name) => !seen.has(name))).toEqual([]);
  });
});
