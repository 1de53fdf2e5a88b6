import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as g from '#core/graph';
import { opCases } from './op-cases';
import { distinctValues, evaluate, inputsOf, projected } from './oracle';

const STEP = 2e-5;

/** The slope of a scalar along directions `vs`. */
const along = (value: g.Tensor, xs: readonly g.Tensor[], vs: readonly g.Tensor[]): g.Tensor =>
  g.gradients(value, xs).map((slope, i) => g.sum(g.mul(slope, vs[i]!))).reduce((a, b) => g.add(a, b));

describe('derivatives against central differences in float64', () => {
  test.each(opCases.filter(({ flat }) => flat !== true))('$name', async (opCase) => {
    await fc.assert(
      fc.asyncProperty(opCase.shapes, fc.nat(1e6), async (shapes, seed) => {
        const { xs, feeds } = inputsOf(opCase, shapes, seed);
        const random = new g.Philox(seed, 'direction');
        const floats = xs.filter((x) => x.dtype === 'float32');
        const width = (opCase.domain?.[1] ?? 2) - (opCase.domain?.[0] ?? -2);
        const vs = floats.map((x, i) => g.constant(distinctValues(random, x.size, [-1, 1.2], i), x.shape, 'float32'));
        const h = g.input('h', []);
        const step = STEP * Math.min(1, width);

        const value = projected(opCase.f(xs, shapes), seed);
        const slope = along(value, floats, vs);
        const second = along(slope, floats, vs);

        // The same two along the line x + h v, differenced in h.
        const moved = xs.map((x) => (floats.includes(x) ? g.add(x, g.mul(h, vs[floats.indexOf(x)]!)) : x));
        const lineValue = projected(opCase.f(moved, shapes), seed);
        const standIns = g.vjp((at: g.Tensor[]) => {
          const all = xs.map((x) => (floats.includes(x) ? at[floats.indexOf(x)]! : x));
          return projected(opCase.f(all, shapes), seed);
        }, floats.map((x) => moved[xs.indexOf(x)]!));
        const lineSlope = standIns[1](g.full([], 1)).map((part, i) => g.sum(g.mul(part, vs[i]!))).reduce((a, b) => g.add(a, b));

        const at = async (t: number): Promise<Float64Array[]> => evaluate('reference', [lineValue, lineSlope], new Map([...feeds, [h, Float64Array.of(t)]]));
        const [[v], [s], [forward, forwardSlope], [backward, backwardSlope]] = [
          await evaluate('reference', [slope], feeds),
          await evaluate('reference', [second], feeds),
          await at(step),
          await at(-step),
        ];
        const first = (forward![0]! - backward![0]!) / (2 * step);
        const next = (forwardSlope![0]! - backwardSlope![0]!) / (2 * step);
        // Cancellation in the differences limits what they can show.
        const scale = Math.max(1, Math.abs(forward![0]!), Math.abs(forwardSlope![0]!) * Math.min(1, width));
        expect(Math.abs(v![0]! - first)).toBeLessThan(1e-6 * Math.max(Math.abs(first), scale));
        expect(Math.abs(s![0]! - next)).toBeLessThan(1e-6 * Math.max(Math.abs(next), Math.abs(forwardSlope![0]!), scale));
      }),
      { numRuns: 12 },
    );
  });
});
