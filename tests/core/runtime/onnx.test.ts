import { describe, expect, test } from 'vitest';
import * as g from '#core/graph';
import type { Feed } from '#core/runtime';
import { opCases } from '../graph/op-cases';
import { evaluate, forTrials, inputsOf, projected, relativeError } from '../graph/oracle';

describe('ONNX Runtime against the float64 reference: values, gradients and gradients of gradients', () => {
  test.each(opCases)('$name', async (opCase) => {
    await forTrials(opCase, async (trials) => {
      const outputs: g.Tensor[] = [];
      const labels: string[] = [];
      const feeds = new Map<g.Tensor, Feed>();
      trials.forEach((trial, at) => {
        const [shapes, seed] = trial;
        const { xs, feeds: fed } = inputsOf(opCase, shapes, seed, undefined, `${at}.`);
        for (const [x, feed] of fed) feeds.set(x, feed);
        const y = opCase.f(xs, shapes);
        const floats = opCase.flat === true ? [] : xs.filter((x) => x.dtype === 'float32');
        const first = floats.length === 0 ? [] : g.gradients(projected(y, seed), floats);
        // The slope along a direction, differentiated again in every input.
        const slope = first.map((part, i) => projected(part, seed + i + 1)).reduce((a, b) => g.add(a, b), g.full([], 0));
        const second = at % 4 === 0 ? g.gradients(slope, floats) : [];
        for (const [what, tensors] of Object.entries({ value: [y], gradient: first, second })) {
          tensors.forEach((tensor, i) => {
            outputs.push(tensor);
            labels.push(`${what} ${i} of ${JSON.stringify(trial)}`);
          });
        }
      });
      const [fast, exact] = [await evaluate('cpu', outputs, feeds), await evaluate('reference', outputs, feeds)];
      fast.forEach((numbers, i) => expect(relativeError(numbers, exact[i]!, opCase.floor ?? 0.1), labels[i]).toBeLessThan(1e-5));
    });
  });
});
