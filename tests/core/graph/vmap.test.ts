import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as g from '#core/graph';
import type { Feed } from '#core/runtime';
import { type OpCase, opCases, type Shapes } from './op-cases';
import { evaluate, forTrials, inputsOf, relativeError, type Trial } from './oracle';

/** Lengths of the outer and the inner population. */
const [OUTER, INNER] = [2, 3];

/** Value and vector-Jacobian product of one member. */
function memberOf(opCase: OpCase, shapes: Shapes): (...inputs: g.Tensor[]) => g.Tensor[] {
  return (...inputs) => {
    const y = opCase.f(inputs, shapes);
    if (opCase.flat === true) return [y];
    const floats = inputs.filter((x) => x.dtype === 'float32');
    const [, pull] = g.vjp((at: g.Tensor[]) => opCase.f(inputs.map((x) => (floats.includes(x) ? at[floats.indexOf(x)]! : x)), shapes), floats);
    return [y, ...pull(g.full(y.shape, 0.7))];
  };
}

const pick = (x: g.Tensor, m: number): g.Tensor => g.reshape(g.slice(x, [m], [m + 1]), x.shape.slice(1));

/** What `vmap` promises, written as a loop. */
const looped = (f: (...xs: g.Tensor[]) => g.Tensor[], size: number, batched: readonly boolean[]) => (...xs: g.Tensor[]): g.Tensor[] => {
  const members = g.range(size).map((m) => f(...xs.map((x, i) => (batched[i] ? pick(x, m) : x))));
  return members[0]!.map((_, i) => g.stack(members.map((results) => results[i]!)));
};

const mapped = (f: (...xs: g.Tensor[]) => g.Tensor[], batched: readonly boolean[]) => g.vmap(f, { inAxes: batched.map((b) => (b ? 0 : null)) });

/** Which of `count` inputs carry a population: the bits of `mask`, at least one. */
const chosen = (mask: number, count: number): boolean[] => {
  const bits = g.range(count).map((i) => ((mask >> i) & 1) === 1);
  return bits.includes(true) ? bits : bits.map((_, i) => i === 0);
};

/** Trials side by side: the graph by vmap and by loops, of one population or of one within another. */
function populations(opCase: OpCase, trials: readonly Trial[]): { together: g.Tensor[]; alone: g.Tensor[]; feeds: Map<g.Tensor, Feed> } {
  const together: g.Tensor[] = [];
  const alone: g.Tensor[] = [];
  const feeds = new Map<g.Tensor, Feed>();
  trials.forEach((trial, at) => {
    const [shapes, seed] = trial;
    const count = shapes.inputs.length;
    const inner = chosen(seed, count);
    const outer = seed % 3 === 0 ? chosen(seed >> 5, count) : undefined;
    const lead = (i: number): number[] => [...(outer?.[i] ? [OUTER] : []), ...(inner[i] ? [INNER] : [])];
    const made = inputsOf(opCase, shapes, seed, lead, `${at}.`);
    const member = memberOf(opCase, shapes);
    const [vmapped, loop] = [mapped(member, inner), looped(member, INNER, inner)];
    together.push(...(outer === undefined ? vmapped : mapped(vmapped, outer))(...made.xs));
    alone.push(...(outer === undefined ? loop : looped(loop, OUTER, outer))(...made.xs));
    for (const [x, feed] of made.feeds) feeds.set(x, feed);
  });
  return { together, alone, feeds };
}

describe('vmap, nested vmap and vmap of vjp equal loops', () => {
  test.each(opCases)('$name', async (opCase) => {
    await forTrials(opCase, async (trials) => {
      const { together, alone, feeds } = populations(opCase, trials);
      const [a, b] = [await evaluate('reference', together, feeds), await evaluate('reference', alone, feeds)];
      together.forEach((y, i) => {
        expect(y.shape).toEqual(alone[i]!.shape);
        expect(relativeError(a[i]!, b[i]!)).toBeLessThan(1e-12);
      });
    });
  });
});

describe('what vmap builds runs on ONNX Runtime', () => {
  test.each(opCases)('$name', async (opCase) => {
    const { together, feeds } = populations(opCase, fc.sample(fc.tuple(opCase.shapes, fc.nat(1e6)), { numRuns: 10, seed: 7 }));
    const [fast, exact] = [await evaluate('cpu', together, feeds), await evaluate('reference', together, feeds)];
    fast.forEach((numbers, i) => expect(relativeError(numbers, exact[i]!, opCase.floor ?? 0.1)).toBeLessThan(1e-5));
  });
});
