import { MeasureUnavailable, exact, type Measure } from '../measure';
import { bartlettVc, jiang } from '../sources';

const common = { family: 'size', invariant: ['layer-rescaling', 'unit-rescaling', 'permutation', 'logit-scale'], worse: 'higher', needs: [], work: ['nothing'] } as const;

export const sizeMeasures: readonly Measure[] = [
  {
    ...common,
    id: 'params',
    title: 'Number of parameters',
    formula: 'omega = sum_l (entries of W_l and b_l)',
    meaning: 'All numbers that training changes, those of normalization layers included.',
    source: jiang('eq. 20'),
    unit: 'parameters',
    compute: (bench) => Promise.resolve(exact(bench.network.dimension)),
  },
  {
    ...common,
    id: 'vc-dimension',
    title: 'VC dimension bound',
    formula: 'd omega log2(omega), d = number of weight layers',
    meaning: 'Order of the VC dimension of a piecewise linear network; the constant is left out, so only its ratio between networks says something.',
    source: bartlettVc('theorem 7'),
    unit: 'order',
    compute: (bench) => {
      const { parameters } = bench.problem;
      const depth = Object.values(parameters).filter(({ kind, shape }) => kind === 'weight' && shape.length >= 2).length;
      if (depth === 0) throw new MeasureUnavailable('the network has no layer with a weight matrix');
      return Promise.resolve(exact(depth * bench.network.dimension * Math.log2(bench.network.dimension)));
    },
  },
];
