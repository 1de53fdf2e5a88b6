import { add, expandDims, jvp, perExampleGrad, reshape, sizeOf, square, sum, type Tensor } from '#core/graph';
import { applyAll } from '../../algorithms/trace';
import { dot, signVector } from '../../algebra/vectors';
import { gradientCovariance } from '../../operators/gradient';
import { exampleLosses } from '../../problem';
import type { MeasureBench } from '../bench';
import { exact, type Measure, mapped, MeasureUnavailable, type MeasureValue } from '../measure';
import { NetworkAt } from '../../operators/network-at';
import { rebatch } from '../rebatch';
import { dziugaite, jiang, liang, mcCandlish } from '../sources';
import { meanWithInterval } from '../statistics';

const common = { family: 'gradient', needs: [], invariant: ['permutation'] } as const;

/** Numbers that the gradients of one batch may take. */
const numbersAtOnce = 1 << 22;

/** Squared lengths of the examples' gradients. */
function squaredGradients(bench: MeasureBench): Promise<Float64Array> {
  return bench.once('example gradients', async () => {
    bench.say("the examples' gradients");
    const { problem } = bench;
    const size = Math.max(1, Math.min(bench.network.examples, problem.exampleSpecs.x.shape[0]!, 64, Math.floor(numbersAtOnce / bench.network.dimension)));
    const network = new NetworkAt(rebatch(problem, size), bench.options);
    const alone = (x: Tensor): Tensor => expandDims(x, 0);
    try {
      return await network.perExample('squares', ({ parameters, buffers, batch: { x, y } }) => {
        const slopes = perExampleGrad((own: Record<string, Tensor>, xi: Tensor, yi: Tensor) =>
          sum(exampleLosses(problem, own, buffers, { x: alone(xi), y: alone(yi) })))(parameters, x, y);
        return Object.values(slopes).map((slope) => sum(square(reshape(slope, [size, sizeOf(slope.shape.slice(1))])), 1)).reduce((a, b) => add(a, b));
      }, bench.signal);
    } finally {
      await network.dispose();
    }
  });
}

/** `1/N sum_i |g_i - g|^2` */
async function variance(bench: MeasureBench): Promise<MeasureValue> {
  const gradient = await bench.gradient();
  const squared = dot(gradient, gradient);
  return mapped(meanWithInterval(await squaredGradients(bench), 'examples'), (second) => second - squared);
}

/** `tr(H S) / (g' H g)`, the trace by random signs. */
async function noiseScale(bench: MeasureBench): Promise<MeasureValue> {
  const [hessian, covariance] = [bench.hessian(), await gradientCovariance(bench.problem, bench.options)];
  const aborting = bench.signal;
  try {
    const gradient = hessian.precision === 'float32' ? Float32Array.from(await bench.gradient()) : await bench.gradient();
    const [along] = await hessian.apply([gradient], aborting && { signal: aborting });
    const curvature = dot(gradient, along!);
    if (!(curvature > 0)) throw new MeasureUnavailable('the curvature along the gradient is not positive');
    const probes = Array.from({ length: bench.settings.products }, (_, number) => signVector(hessian, bench.seed, 'measures.noise', number));
    bench.say('trace of the Hessian times the covariance of the gradients');
    const [left, right] = [await applyAll(hessian, probes, aborting), await applyAll(covariance, probes, aborting)];
    return meanWithInterval(left.map((image, i) => dot(image, right[i]!)), 'estimate', 1 / curvature);
  } finally {
    await covariance.dispose();
  }
}

export const gradientMeasures: readonly Measure[] = [
  {
    ...common,
    id: 'gradient-norm',
    title: 'Gradient norm',
    formula: '|g|_2, g = dL / dw',
    meaning: 'How far the weights are from a point where the loss is level.',
    source: dziugaite('section 3'),
    unit: 'loss/weights',
    worse: null,
    work: ['gradient'],
    async compute(bench) {
      const gradient = await bench.gradient();
      return exact(Math.sqrt(dot(gradient, gradient)));
    },
  },
  {
    ...common,
    id: 'gradient-variance',
    title: 'Gradient variance',
    formula: '1/m sum_i |g_i - g|_2^2',
    meaning: "How much the examples disagree about the way down: the trace of the gradients' covariance.",
    source: jiang('eq. 66'),
    unit: '(loss/weights)^2',
    worse: 'higher',
    work: ['gradient', 'example-gradients'],
    compute: variance,
  },
  {
    ...common,
    id: 'empirical-fisher-trace',
    title: 'Trace of the empirical Fisher',
    formula: '1/m sum_i |g_i|_2^2',
    meaning: "Mean squared length of the examples' gradients.",
    source: liang('section 2'),
    unit: '(loss/weights)^2',
    worse: 'higher',
    work: ['example-gradients'],
    async compute(bench) {
      return meanWithInterval(await squaredGradients(bench), 'examples');
    },
  },
  {
    ...common,
    id: 'noise-scale-simple',
    title: 'Gradient noise scale, simple',
    formula: 'tr(S) / |g|_2^2, S = covariance of g_i',
    meaning: 'Batch size at which noise and gradient are of the same size: larger batches than that bring little.',
    source: mcCandlish('eq. 2.9'),
    unit: 'examples',
    worse: null,
    work: ['gradient', 'example-gradients'],
    async compute(bench) {
      const gradient = await bench.gradient();
      const squared = dot(gradient, gradient);
      if (squared === 0) throw new MeasureUnavailable('the gradient is zero');
      return mapped(await variance(bench), (spread) => spread / squared);
    },
  },
  {
    ...common,
    id: 'noise-scale',
    title: 'Gradient noise scale',
    formula: "tr(H S) / (g' H g)",
    meaning: 'The same with directions weighed by the curvature.',
    source: mcCandlish('eq. 2.8'),
    unit: 'examples',
    worse: null,
    work: ['gradient', 'noise-trace'],
    compute: noiseScale,
  },
  {
    ...common,
    id: 'fisher-rao-norm',
    title: 'Fisher-Rao norm',
    formula: "w' F w = 1/m sum_i <w, g_i>^2",
    meaning: 'Length of the weights in the metric of the Fisher information at the labels.',
    source: liang('definition 2'),
    unit: 'loss^2',
    worse: 'higher',
    invariant: ['layer-rescaling', 'unit-rescaling', 'permutation'],
    work: ['directional'],
    async compute(bench) {
      const { network, problem } = bench;
      const along = await network.perExample('along', ({ parameters, buffers, batch }) =>
        jvp((own: Record<string, Tensor>) => exampleLosses(problem, own, buffers, batch), parameters, parameters)[1], bench.signal);
      return meanWithInterval(along.map((value) => value * value), 'examples');
    },
  },
];
