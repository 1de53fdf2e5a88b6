import type { MeasureBench } from '../bench';
import { type Measure, type MeasureValue, MeasureUnavailable } from '../measure';
import { NetworkAt } from '../../operators/network-at';
import { rebatch } from '../rebatch';
import { jiang, neyshabur } from '../sources';
import { ofWeights, withMargin } from './frobenius';

const invariant = ['layer-rescaling', 'unit-rescaling', 'permutation'] as const;
const common = { family: 'path', worse: 'higher', invariant } as const;

/** Sum of the outputs for inputs of ones, every parameter through `f`: for ReLU networks a sum over all paths from an input to an output. */
function pathSum(bench: MeasureBench, name: string, f: (weight: number) => number): Promise<number> {
  return bench.once(`path ${name}`, async () => {
    const { network } = await bench.folded();
    const one = rebatch({ ...network.problem, batches: network.problem.batches.slice(0, 1) }, 1);
    const [batch] = one.batches;
    const alone = new NetworkAt({ ...one, batches: [{ ...batch!, x: batch!.x.slice().fill(1 as never) }] }, bench.options);
    try {
      const { outputs } = await alone.evaluate(alone.centre.map(f), { signal: bench.signal });
      const sum = outputs.reduce((total, value) => total + value, 0);
      if (!(sum > 0) || !Number.isFinite(sum)) throw new MeasureUnavailable('the sum over paths is not a positive number: the network is none of ReLU layers');
      return sum;
    } finally {
      await alone.dispose();
    }
  });
}

const squares = (bench: MeasureBench): Promise<number> => pathSum(bench, 'squares', (weight) => weight ** 2);
const sizes = (bench: MeasureBench): Promise<number> => pathSum(bench, 'sizes', Math.abs);

export const pathMeasures: readonly Measure[] = [
  {
    ...common,
    id: 'path-norm',
    title: 'Path norm',
    formula: 'sum_k f_{w^2}(1)_k',
    meaning: 'Sum over all paths from an input to an output of the squared product of the weights on it: one evaluation with squared parameters on ones.',
    source: jiang('eq. 44'),
    unit: 'outputs^2',
    needs: ['numbers', 'vectors'],
    work: ['fold'],
    async compute(bench) {
      return ofWeights(bench, await squares(bench));
    },
  },
  {
    ...common,
    invariant: [...invariant, 'logit-scale'],
    id: 'path-norm-over-margin',
    title: 'Path norm over margin',
    formula: 'sum_k f_{w^2}(1)_k / gamma^2',
    meaning: 'The same in units of the margin: multiplying the outputs does not change it.',
    source: jiang('eq. 43'),
    unit: '1',
    needs: ['classes', 'numbers', 'vectors'],
    work: ['fold', 'evaluation'],
    async compute(bench): Promise<MeasureValue> {
      const sum = await squares(bench);
      return withMargin(bench, (gamma) => sum / gamma ** 2);
    },
  },
  {
    ...common,
    id: 'l1-path-norm',
    title: 'L1 path norm',
    formula: 'sum_k f_{|w|}(1)_k',
    meaning: 'The same with sizes instead of squares.',
    source: neyshabur('section 3'),
    unit: 'outputs',
    needs: ['numbers', 'vectors'],
    work: ['fold'],
    async compute(bench) {
      return ofWeights(bench, await sizes(bench));
    },
  },
];
