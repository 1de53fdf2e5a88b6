import { describe, expect, test } from 'vitest';
import * as g from '#core/graph';
import { compile } from '#core/runtime';
import { type OpCase, opCases } from './op-cases';
import { distinctValues, forTrials, inputsOf, projected, type Trial } from './oracle';

const STEP = 3e-5;

/** `[f, f', f'', ...]` of a scalar function of a scalar, by nested `grad`. */
function derivativesOf(f: (t: g.Tensor) => g.Tensor, t: g.Tensor, highest: number): g.Tensor[] {
  const functions = [f];
  for (let order = 1; order <= highest; order++) functions.push(g.grad(functions.at(-1)!));
  return functions.map((derivative) => derivative(t));
}

/** The op, followed along a random line through all its inputs at once and projected on a random cotangent. */
async function alongLine(opCase: OpCase, [shapes, seed]: Trial, highest: number): Promise<(t: number) => Promise<number[]>> {
  const { xs, feeds } = inputsOf(opCase, shapes, seed);
  const random = new g.Philox(seed, 'direction');
  const [low, high] = opCase.domain ?? [-2, 2.1];
  const length = Math.min(1, high - low);
  const directions = xs.map((x, i) => g.constant(distinctValues(random, x.size, [-length, 1.2 * length], i), x.shape, 'float32'));
  const line = (t: g.Tensor): g.Tensor =>
    projected(opCase.f(xs.map((x, i) => (x.dtype === 'float32' ? g.add(x, g.mul(t, directions[i]!)) : x)), shapes), seed);
  const t = g.input('t', []);
  const inputs = [t, ...xs].map((x) => ({ name: x.attributes['name'] as string, shape: x.shape, dtype: x.dtype }));
  const outputs = derivativesOf(line, t, highest).map((tensor, order) => ({ name: String(order), tensor }));
  const program = await compile({ inputs, outputs }, { device: 'reference' });
  const fixed = Object.fromEntries([...feeds].map(([x, feed]) => [x.attributes['name'] as string, feed]));
  return async (at) => {
    const results = await program.run({ ...fixed, t: Float64Array.of(at) });
    return Promise.all(outputs.map(async ({ name }) => Number((await results[name]!.read())[0])));
  };
}

describe('first, second and third derivatives against central differences in float64', () => {
  test.each(opCases.filter(({ flat, kinks }) => flat !== true && kinks !== true))('$name', async (opCase) => {
    await forTrials(opCase, async (trials) => {
      for (const [i, trial] of trials.entries()) {
        // The third derivative, whose graph is by far the largest, at a quarter of the trials.
        const highest = i % 4 === 0 ? 3 : 2;
        const f = await alongLine(opCase, trial, highest);
        const [back2, back, here, ahead, ahead2] = [await f(-2 * STEP), await f(-STEP), await f(0), await f(STEP), await f(2 * STEP)] as [number[], number[], number[], number[], number[]];
        for (let order = 1; order <= highest; order++) {
          const k = order - 1;
          // Five points: the error is STEP^4 / 30 times the fifth derivative.
          const difference = (8 * (ahead[k]! - back[k]!) - (ahead2[k]! - back2[k]!)) / (12 * STEP);
          const scale = Math.max(1, Math.abs(difference), Math.abs(here[k]!));
          if (!(Math.abs(here[order]! - difference) < 1e-6 * scale)) {
            expect.fail(`derivative ${order} is ${here[order]}, its difference ${difference}, at ${JSON.stringify(trial)}`);
          }
        }
      }
    });
  });
});
