import { moved } from '../../algebra/vectors';
import { NetworkAt } from '../../operators/network-at';
import { ascendBall, ascendBox, repeatedAscent } from '../ascent';
import type { MeasureBench } from '../bench';
import { firstOrderRise } from '../first-order';
import { type Measure, type MeasureValue, exact, MeasureUnavailable } from '../measure';
import { directionOfLength, scalingOf, type Scaling } from '../perturbation';
import { rebatch } from '../rebatch';
import { andriushchenko, foret, keskar, kwon } from '../sources';
import { meanWithInterval } from '../statistics';

const permutation = ['permutation'] as const;
const rescaling = ['layer-rescaling', 'unit-rescaling', 'permutation'] as const;
const common = { family: 'sharpness', worse: 'higher', unit: 'loss', needs: [] } as const;

/** `L(w + rho T^2 g / |T g|) - L(w)`: one step along the (scaled) gradient. */
async function firstOrder(bench: MeasureBench, scaling: Scaling, rho: number): Promise<MeasureValue> {
  const { network, centre, signal } = bench;
  const lossAt = async (u?: Float64Array): Promise<number> => (u === undefined ? await bench.answers() : await network.evaluate(moved(centre, u), { signal })).loss;
  const rise = await firstOrderRise(await bench.gradient(), rho, lossAt, scalingOf(network, scaling));
  return rise === undefined ? exact(0, 'The gradient is zero: to first order there is no worst direction.') : exact(rise);
}

/** `max_{|T^-1 u| <= rho} L(w + u) - L(w)`, by ascent. */
async function worst(bench: MeasureBench, scaling: Scaling, rho: number): Promise<MeasureValue> {
  const { loss } = await bench.answers();
  const { network } = bench;
  const diagonal = scalingOf(network, scaling);
  const { steps } = bench.settings;
  return repeatedAscent(bench, 'ball', network.dimension, rho, (start) => ascendBall(bench, network, diagonal, rho, { steps, start }), (most) => most - loss);
}

/** `E L(w + T u) - L(w)` over directions `u` of length rho, in pairs of opposite ones. */
async function average(bench: MeasureBench, scaling: Scaling, rho: number): Promise<MeasureValue> {
  const { loss } = await bench.answers();
  const { network, settings: { draws } } = bench;
  const diagonal = scalingOf(network, scaling);
  const rises: number[] = [];
  for (let draw = 0; draw < draws; draw++) {
    bench.say(`random displacement ${draw + 1} of ${draws}`);
    const u = directionOfLength(bench, network.dimension, rho, 'average', draw).map((value, i) => value * diagonal[i]!);
    const [up, down] = [await network.evaluate(moved(bench.centre, u), { signal: bench.signal }), await network.evaluate(moved(bench.centre, u, -1), { signal: bench.signal })];
    rises.push((up.loss + down.loss) / 2 - loss);
  }
  return meanWithInterval(rises, 'estimate');
}

/** Most batches that m-sharpness looks at. */
const mostBatches = 32;

/** Mean over batches of m examples of `max L_B(w + u) - L_B(w)`, the maximum to first order. */
async function mSharpness(bench: MeasureBench): Promise<MeasureValue> {
  const { centre, signal, settings: { m, rho } } = bench;
  const { examples } = bench.network;
  if (examples < 2 * m) throw new MeasureUnavailable(`it needs two batches of m = ${m} examples; there are ${examples} examples`);
  // Not more at once than elsewhere: a batch of m is taken in equal parts.
  const most = bench.problem.exampleSpecs.x.shape[0]!;
  const size = Array.from({ length: m }, (_, i) => m - i).find((part) => m % part === 0 && part <= most)!;
  const parts = m / size;
  // A last batch that is not full is left out: sharpness depends on the number of examples.
  const count = Math.min(mostBatches, Math.floor(examples / m));
  const network = new NetworkAt(rebatch(bench.problem, size), bench.options);
  try {
    const rises: number[] = [];
    for (let index = 0; index < count; index++) {
      bench.say(`batch ${index + 1} of ${count}`);
      const batches = Array.from({ length: parts }, (_, part) => index * parts + part);
      const { gradient } = await network.gradient(centre, { signal, batches });
      rises.push((await firstOrderRise(gradient, rho, async (u) => (await network.evaluate(u === undefined ? centre : moved(centre, u), { signal, batches })).loss)) ?? 0);
    }
    return meanWithInterval(rises, 'examples');
  } finally {
    await network.dispose();
  }
}

/** How a rise of the loss is taken, and what has to be computed for it in each scaling that the table has. */
const rises = {
  'first-order': { of: firstOrder, work: { plain: ['evaluation', 'gradient', 'first-order'], adaptive: ['evaluation', 'gradient', 'adaptive-first-order'] } },
  worst: { of: worst, work: { plain: ['evaluation', 'ascent'], adaptive: ['evaluation', 'adaptive-ascent'], filter: ['evaluation', 'filter-ascent'] } },
  average: { of: average, work: { plain: ['evaluation', 'averages'], adaptive: ['evaluation', 'adaptive-averages'] } },
} as const;

const invariantIn = { plain: permutation, adaptive: rescaling, filter: ['layer-rescaling', 'permutation'] } as const;

/** A rise of the loss within a radius: `adaptiveRho` where each weight moves in proportion to its size, else `rho`. */
function rise<Kind extends keyof typeof rises>(kind: Kind, scaling: Scaling & keyof (typeof rises)[Kind]['work'], about: Pick<Measure, 'id' | 'title' | 'formula' | 'meaning' | 'source'>): Measure {
  const { of, work } = rises[kind];
  const works: Partial<Record<Scaling, Measure['work']>> = work;
  return { ...common, ...about, invariant: invariantIn[scaling], work: works[scaling]!, compute: (bench) => of(bench, scaling, scaling === 'adaptive' ? bench.settings.adaptiveRho : bench.settings.rho) };
}

export const sharpnessMeasures: readonly Measure[] = [
  rise('first-order', 'plain', {
    id: 'sam-sharpness',
    title: 'SAM sharpness, first order',
    formula: 'L(w + rho g / |g|_2) - L(w)',
    meaning: 'Rise of the loss after one step of length rho along the gradient: what SAM looks at while it trains.',
    source: foret('eq. 2'),
  }),
  rise('worst', 'plain', {
    id: 'worst-sharpness',
    title: 'Worst-case sharpness',
    formula: 'max_{|u|_2 <= rho} L(w + u) - L(w)',
    meaning: 'The largest rise of the loss within distance rho, as far as ascents from several starts find it.',
    source: foret('eq. 1'),
  }),
  rise('average', 'plain', {
    id: 'average-sharpness',
    title: 'Average-direction sharpness',
    formula: 'E_{|u|_2 = rho} L(w + u) - L(w)',
    meaning: 'Mean rise of the loss at distance rho in a random direction; near a minimum rho^2 / (2 omega) times the trace of the Hessian.',
    source: andriushchenko('eq. 1'),
  }),
  {
    ...common,
    id: 'm-sharpness',
    title: 'm-sharpness',
    formula: 'mean over batches B of m: L_B(w + rho g_B / |g_B|_2) - L_B(w)',
    meaning: 'First-order sharpness of small batches, averaged: every batch has its own worst direction.',
    source: foret('section 4.1'),
    invariant: permutation,
    work: ['m-ascent'],
    compute: mSharpness,
  },
  rise('first-order', 'adaptive', {
    id: 'asam-sharpness',
    title: 'ASAM sharpness, first order',
    formula: 'L(w + rho T^2 g / |T g|_2) - L(w), T = diag |w|',
    meaning: 'The same with every weight moved in proportion to its size.',
    source: kwon('eq. 9'),
  }),
  rise('worst', 'adaptive', {
    id: 'adaptive-worst-sharpness',
    title: 'Adaptive worst-case sharpness, by element',
    formula: 'max_{|T^-1 u|_2 <= rho} L(w + u) - L(w), T = diag |w|',
    meaning: 'The largest rise of the loss where every weight moves in proportion to its size.',
    source: kwon('eq. 3'),
  }),
  rise('worst', 'filter', {
    id: 'filter-worst-sharpness',
    title: 'Adaptive worst-case sharpness, by filter',
    formula: 'max_{|T^-1 u|_2 <= rho} L(w + u) - L(w), T = diag |f(w)|',
    meaning: 'The same in units of the norm of the filter that a weight belongs to; biases in units of their own size.',
    source: kwon('section 3, filter-wise normalization'),
  }),
  rise('average', 'adaptive', {
    id: 'adaptive-average-sharpness',
    title: 'Adaptive average-direction sharpness',
    formula: 'E_{|u|_2 = rho} L(w + T u) - L(w), T = diag |w|',
    meaning: 'Mean rise of the loss in random directions, every weight moved in proportion to its size.',
    source: andriushchenko('eq. 1'),
  }),
  {
    ...common,
    id: 'keskar-sharpness',
    title: "Keskar's epsilon-sharpness",
    formula: '100 (max_{|u_i| <= epsilon (|w_i| + 1)} L(w + u) - L(w)) / (1 + L(w))',
    meaning: 'The largest rise of the loss in a small box, in percent of the loss plus one.',
    source: keskar('metric 2.1, A the identity'),
    unit: '%',
    invariant: permutation,
    work: ['evaluation', 'box-ascent'],
    async compute(bench) {
      const { loss } = await bench.answers();
      const { network, settings: { epsilon, steps } } = bench;
      const half = Float64Array.from(bench.centre, (value) => epsilon * (Math.abs(value) + 1));
      return repeatedAscent(bench, 'box', network.dimension, 1, (start) => ascendBox(bench, network, half, { steps, start }), (most) => (100 * (most - loss)) / (1 + loss));
    },
  },
];
