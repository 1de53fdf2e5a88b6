import { describe, expect, it } from 'vitest';
import { type CurvatureProblem, lanczos, materialize, networkOperator, sampledStart } from '#core/curvature';
import { problem } from './problems';

const reference = { device: 'reference' } as const;
/** As sampled starts have it: a tenth of twenty batches are two. */
const share = 0.1;

describe('a start from a part of the data', () => {
  it('the part is the matrix of its own batches, spread evenly; of fewer batches there is none', async () => {
    const whole = problem({ widths: [3, 4, 2], examples: 79, batch: 4, task: 'classification' });
    const operator = networkOperator(whole, 'hessian', reference);
    const own = networkOperator({ ...whole, batches: [whole.batches[5]!, whole.batches[15]!] }, 'hessian', reference);
    try {
      const [part, alone] = [await materialize(operator.part!(share, 20)!), await materialize(own)];
      part.forEach((value, i) => expect(value).toBeCloseTo(alone[i]!, 12));
      expect(operator.part!(share, 21)).toBeUndefined();
      // The last batch, which is padded, counts its true examples only.
      const last = await materialize(operator.part!(1, 20)!);
      const all = await materialize(operator);
      last.forEach((value, i) => expect(value).toBeCloseTo(all[i]!, 12));
    } finally {
      await operator.dispose();
      await own.dispose();
    }
  });

  it('leads to the same eigenvalues in fewer products', async () => {
    const p = problem({ widths: [24, 16, 5], examples: 4000, batch: 100, task: 'classification' });
    const operator = networkOperator(p, 'hessian', { device: 'cpu' });
    let [drawn, sampled] = [0, 0];
    try {
      for (const seed of [0, 1, 2]) {
        const asked = { largest: 1, smallest: 1, seed };
        const begun = (await sampledStart(operator, asked))!;
        const [a, b] = [await lanczos(operator, { ...asked, tolerance: 1e-3 }), await lanczos(operator, { ...asked, tolerance: 1e-3, start: begun.start })];
        expect([a.converged, b.converged]).toEqual([true, true]);
        for (const end of ['largest', 'smallest'] as const) expect(Math.abs(a[end][0]!.value - b[end][0]!.value)).toBeLessThan(a[end][0]!.residual + b[end][0]!.residual);
        drawn += a.products;
        sampled += b.products + begun.share * begun.products;
      }
      // 82 products against 73, the part's counted as tenths.
      expect(sampled).toBeLessThan(drawn);
    } finally {
      await operator.dispose();
    }
  });

  it('does not leave out an eigenvector of which the part knows nothing', async () => {
    const p = linearWithRareInput();
    const operator = networkOperator(p, 'hessian', { ...reference, select: (name) => name.endsWith('weight') });
    try {
      const { start } = (await sampledStart(operator, { largest: 1 }))!;
      const { largest: [top] } = await lanczos(operator, { largest: 1, start, tolerance: 1e-8 });
      // The mean of x_0^2 over the examples, of which one in forty has it.
      expect(top!.value).toBeCloseTo(20 ** 2 / 40, 6);
    } finally {
      await operator.dispose();
    }
  });

  it('is not sought where the data are few batches', async () => {
    const operator = networkOperator(problem({ widths: [3, 4, 2], examples: 76, batch: 4, task: 'classification' }), 'hessian', reference);
    expect(await sampledStart(operator, { largest: 1 })).toBeUndefined();
    await operator.dispose();
  });
});

/** Least squares with an input that is 20 in one example, where all others are 0, and 0 in all others: an eigenvector by itself, in no batch of the part. */
function linearWithRareInput(): CurvatureProblem {
  const p = problem({ widths: [4, 1], examples: 40, batch: 2, task: 'regression' });
  const batches = p.batches.map((batch, index) => {
    const x = new Float32Array(batch.x as Float32Array);
    for (let i = 0; i < x.length; i += 4) x[i] = 0;
    if (index === 7) x.set([20, 0, 0, 0]);
    return { ...batch, x };
  });
  return { ...p, batches };
}
