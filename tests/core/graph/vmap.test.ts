import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as g from '#core/graph';
import { opCases } from './op-cases';
import { evaluate, inputsOf, relativeError } from './oracle';

const MEMBERS = 3;

describe('vmap equals a loop', () => {
  test.each(opCases)('$name', async (opCase) => {
    await fc.assert(
      fc.asyncProperty(opCase.shapes, fc.nat(1e6), fc.integer({ min: 1, max: 31 }), async (shapes, seed, mask) => {
        const count = shapes.inputs.length;
        const batched = (i: number): boolean => ((mask >> i) & 1) === 1 || (mask % (1 << count) === 0 && i === 0);
        const { xs, feeds } = inputsOf(opCase, shapes, seed, MEMBERS, batched);
        // Value and gradient of one member.
        const member = (...inputs: g.Tensor[]): g.Tensor[] => {
          const y = opCase.f(inputs, shapes);
          if (opCase.flat === true) return [y];
          const floats = inputs.filter((x) => x.dtype === 'float32');
          const [, pull] = g.vjp((at: g.Tensor[]) => opCase.f(inputs.map((x) => (floats.includes(x) ? at[floats.indexOf(x)]! : x)), shapes), floats);
          return [y, ...pull(g.full(y.shape, 0.7))];
        };
        const together = g.vmap(member, { inAxes: xs.map((_, i) => (batched(i) ? 0 : null)) })(...xs);
        const alone = g.range(MEMBERS).map((m) =>
          member(...xs.map((x, i) => (batched(i) ? g.reshape(g.slice(x, [m], [m + 1]), x.shape.slice(1)) : x))),
        );
        const looped = together.map((_, i) => g.stack(alone.map((results) => results[i]!)));
        const [a, b] = [await evaluate('reference', together, feeds), await evaluate('reference', looped, feeds)];
        together.forEach((y, i) => {
          expect(y.shape).toEqual(looped[i]!.shape);
          expect(relativeError(a[i]!, b[i]!)).toBeLessThan(1e-12);
        });
      }),
      { numRuns: 12 },
    );
  });
});
