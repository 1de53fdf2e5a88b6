import { spectralDensity } from '../../algorithms/density';
import { traceAlgorithms } from '../../algorithms/trace';
import { dot } from '../../algebra/vectors';
import { networkOperator } from '../../operators/network';
import { newVector } from '../../operators/operator';
import type { MeasureBench } from '../bench';
import { type Measure, MeasureUnavailable, type MeasureValue } from '../measure';
import { signs } from '../perturbation';
import { cohen, hochreiter, maddox, petzka } from '../sources';
import { meanWithInterval } from '../statistics';

const common = { family: 'hessian', worse: 'higher', needs: [] } as const;
const aborting = ({ signal }: MeasureBench) => signal && { signal };

/** `sum_i max(0, lambda_i) / (max(0, lambda_i) + z)` of one quadrature, which stands for the whole spectrum. */
async function effectiveDimension(bench: MeasureBench): Promise<MeasureValue> {
  const { curvatureScale: z } = bench.settings;
  const samples: number[] = [];
  for (let replicate = 0; replicate < 4; replicate++) {
    bench.say(`spectrum, part ${replicate + 1} of 4`);
    const { nodes, weights, dimension } = await spectralDensity(bench.hessian(), { probes: 2, steps: 32, points: 2, seed: bench.seed + replicate, ...aborting(bench) });
    samples.push(dimension * nodes.reduce((sum, node, k) => sum + weights[k]! * (Math.max(0, node) / (Math.max(0, node) + z)), 0));
  }
  return meanWithInterval(samples, 'estimate');
}

/**
 * `sum_{s,s'} <w_s, w_s'> tr H_{s,s'}` of the last layer: `E v' H v` for `v = (W z) y'` with random signs `z`, `y` over its inputs.
 */
async function relativeFlatness(bench: MeasureBench): Promise<MeasureValue> {
  const { parameters } = bench.problem;
  const name = Object.keys(parameters).filter((each) => parameters[each]!.kind === 'weight' && parameters[each]!.shape.length === 2).at(-1);
  if (name === undefined) throw new MeasureUnavailable('the network has no dense layer');
  const { data, shape } = parameters[name]!;
  const [rows, columns] = shape as [number, number];
  const operator = networkOperator(bench.problem, 'hessian', { ...bench.options, select: (each) => each === name });
  try {
    const samples: number[] = [];
    while (samples.length < bench.settings.products) {
      const vectors = Array.from({ length: Math.min(operator.block, bench.settings.products - samples.length) }, (_, i) => {
        const [z, y] = [signs(bench, columns, 'relative.inner', samples.length + i), signs(bench, columns, 'relative.outer', samples.length + i)];
        const v = newVector(operator);
        for (let s = 0; s < rows; s++) {
          const along = dot(Float64Array.from(data.subarray(s * columns, (s + 1) * columns)), z);
          for (let j = 0; j < columns; j++) v[s * columns + j] = along * y[j]!;
        }
        return v;
      });
      bench.say(`relative flatness, vector ${samples.length + vectors.length} of ${bench.settings.products}`);
      const images = await operator.apply(vectors, aborting(bench));
      vectors.forEach((v, i) => samples.push(dot(v, images[i]!)));
    }
    return meanWithInterval(samples, 'estimate');
  } finally {
    await operator.dispose();
  }
}

export const hessianMeasures: readonly Measure[] = [
  {
    ...common,
    id: 'hessian-top',
    title: 'Largest eigenvalue of the Hessian',
    formula: 'lambda_max(d^2 L / dw^2)',
    meaning: 'Curvature along the steepest direction: gradient descent is stable while it is below 2 / learning rate.',
    source: cohen('section 2'),
    unit: 'loss/weights^2',
    invariant: ['permutation'],
    work: ['eigenvalue'],
    async compute(bench) {
      const { value, residual, converged } = await bench.largestEigenvalue();
      return { value, kind: 'estimate', interval: [value - residual, value + residual], ...(!converged && { note: 'Lanczos did not converge: some eigenvalue lies within the interval.' }) };
    },
  },
  {
    ...common,
    id: 'hessian-trace',
    title: 'Trace of the Hessian',
    formula: 'tr(d^2 L / dw^2)',
    meaning: 'Sum of all curvatures.',
    source: hochreiter('section 2; for networks as a measure of flatness'),
    unit: 'loss/weights^2',
    invariant: ['permutation'],
    work: ['trace'],
    async compute(bench) {
      bench.say('trace of the Hessian');
      const { value, interval } = await traceAlgorithms.xtrace(bench.hessian(), { products: bench.settings.products, seed: bench.seed, ...aborting(bench) });
      return { value, interval, kind: 'estimate' };
    },
  },
  {
    ...common,
    id: 'effective-dimension',
    title: 'Effective dimension',
    formula: 'sum_i lambda_i / (lambda_i + z), z = 1, over positive eigenvalues of the Hessian',
    meaning: 'How many directions the data determine: those with a curvature above z.',
    source: maddox('eq. 1'),
    unit: 'directions',
    invariant: ['permutation'],
    work: ['density'],
    compute: effectiveDimension,
  },
  {
    ...common,
    id: 'relative-flatness',
    title: 'Relative flatness',
    formula: 'sum_{s,s\'} <w_s, w_s\'> tr(H_{s,s\'}), rows w_s of the last dense layer',
    meaning: "Curvature in the last layer's weights in units of these weights: rescaling leaves it as it is.",
    source: petzka('definition 3'),
    unit: 'loss',
    invariant: ['layer-rescaling', 'permutation'],
    work: ['relative-trace'],
    compute: relativeFlatness,
  },
];

