import { moved } from '../../algebra/vectors';
import { ascendBox } from '../ascent';
import type { MeasureBench } from '../bench';
import { type Measure, mapped, type MeasureNeed, type MeasureValue } from '../measure';
import type { NetworkAt } from '../../operators/network-at';
import { normals, uniforms } from '../perturbation';
import { type Searched, searchSize, spanOf } from '../search';
import { dziugaite, jiang } from '../sources';
import { ofWeights } from './frobenius';
import { accuracyOf } from './outputs';

/** Confidence of the bounds with a worst case in them. */
const DELTA = 0.05;

/**
 * How far answers at displaced weights are from those at the weights: loss of accuracy; without classes, rise of the loss. What is not
 * finite is as far as can be.
 */
async function deviationOf(bench: MeasureBench, network: NetworkAt): Promise<(displacement: Float64Array) => Promise<number>> {
  const judge = async (displacement?: Float64Array): Promise<number> => {
    const answers = await network.evaluate(displacement === undefined ? network.centre : moved(network.centre, displacement), { signal: bench.signal });
    return bench.problem.classes === undefined ? -answers.loss : accuracyOf(bench, answers);
  };
  const before = await bench.once('judged', () => judge());
  return async (displacement) => {
    const deviation = before - (await judge(displacement));
    return Number.isFinite(deviation) ? deviation : Infinity;
  };
}

/** 1 for what is displaced: everything but the scales of normalization layers, which the folded weights hold. */
function moving({ places, problem, dimension }: NetworkAt): Float64Array {
  const mask = new Float64Array(dimension).fill(1);
  for (const { name, offset, size } of places) if (problem.parameters[name]!.kind === 'norm' && name.endsWith('weight')) mask.fill(0, offset, offset + size);
  return mask;
}

/** Half-widths or deviations of the displacement at a size: that size; or in proportion to the weights with a small constant. */
const widths = (network: NetworkAt, mask: Float64Array, magnitudeEpsilon: number | undefined, size: number): Float64Array =>
  Float64Array.from(network.centre, (w, i) => mask[i]! * (magnitudeEpsilon === undefined ? size : Math.sqrt((size * w) ** 2 + magnitudeEpsilon ** 2)));

/** Noise `N(0, sigma^2)` at which the mean deviation reaches the target; the spread of several searches. */
function gaussianSearch(bench: MeasureBench, magnitude: boolean): Promise<MeasureValue> {
  return bench.once(`gaussian ${magnitude}`, async () => {
    const { network } = await bench.folded();
    const { replicates, draws, deviation, tolerance, magnitudeEpsilon } = bench.settings;
    const judge = await deviationOf(bench, network);
    const mask = moving(network);
    const each = Math.ceil(draws / replicates);
    const found: Searched[] = [];
    for (let replicate = 0; replicate < replicates; replicate++) {
      const noise = Array.from({ length: each }, (_, draw) => normals(bench, network.dimension, 'gaussian', replicate * each + draw));
      found.push(await searchSize(async (sigma) => {
        bench.say(`search ${replicate + 1} of ${replicates}: noise ${sigma.toPrecision(3)}`);
        const spread = widths(network, mask, magnitude ? magnitudeEpsilon : undefined, sigma);
        let total = 0;
        for (const z of noise) total += await judge(z.map((value, i) => value * spread[i]!));
        return total / each;
      }, deviation, tolerance));
    }
    const value = Math.exp(found.reduce((sum, { size }) => sum + Math.log(size), 0) / found.length);
    return { value, kind: 'search', interval: spanOf(found) };
  });
}

/** Half-width of the largest box in which no displacement that ascents find deviates by more than the target. */
function boxSearch(bench: MeasureBench, magnitude: boolean): Promise<MeasureValue> {
  return bench.once(`box ${magnitude}`, async () => {
    const { network } = await bench.folded();
    const { starts, steps, deviation, tolerance, magnitudeEpsilon } = bench.settings;
    const judge = await deviationOf(bench, network);
    const mask = moving(network);
    const found: Searched[] = [];
    for (let start = 0; start < starts; start++) {
      const from = uniforms(bench, network.dimension, 'box', start);
      found.push(await searchSize(async (alpha) => {
        bench.say(`search ${start + 1} of ${starts}: box ${alpha.toPrecision(3)}`);
        const half = widths(network, mask, magnitude ? magnitudeEpsilon : undefined, alpha);
        const { displacement } = await ascendBox(bench, network, half, { steps: Math.max(1, Math.ceil(steps / 2) - 1), start: from });
        return judge(displacement);
      }, deviation, tolerance));
    }
    return { value: Math.min(...found.map(({ size }) => size)), kind: 'search', interval: spanOf(found) };
  });
}

/** Squared length of the weights, or of their way from initialization; and the way itself, weight by weight. */
async function lengths(bench: MeasureBench, from: 'initial' | 'origin'): Promise<{ squared: number; omega: number }> {
  const squares = await bench.frobenius(from === 'initial' ? 'differences' : 'weights');
  const omega = (await bench.matrices()).reduce((count, { data }) => count + data.length, 0);
  return { squared: squares.reduce((a, b) => a + b, 0), omega };
}

/** `1/4 sum_i ln((e^2 + (s^2 + extra) |w - v|^2 / omega) / (e^2 + s^2 |w_i - w0_i|^2))` */
async function magnitudeTerm(bench: MeasureBench, from: 'initial' | 'origin', extra: (omega: number) => number): Promise<(size: number) => number> {
  const { squared, omega } = await lengths(bench, from);
  const ways = await bench.differences();
  const e = bench.settings.magnitudeEpsilon ** 2;
  return (size) => {
    const s = size ** 2;
    const above = Math.log(e + ((s + extra(omega)) * squared) / omega);
    let total = 0;
    for (const { data } of ways) for (const way of data) total += above - Math.log(e + s * way * way);
    return total / 4;
  };
}

async function noted(bench: MeasureBench, value: MeasureValue): Promise<MeasureValue> {
  const { note } = await ofWeights(bench, 0);
  return note === undefined ? value : { ...value, note };
}

const common = { worse: 'higher', unit: 'nats' } as const;
const permutation = ['permutation'] as const;
const relative = ['layer-rescaling', 'unit-rescaling', 'logit-scale'] as const;
type Search = (bench: MeasureBench, magnitude: boolean) => Promise<MeasureValue>;

/**
 * The bound with the term `f` of the size that was found, plus a logarithm and 10, which stands for the choice of the size among some 20,000 of them. PAC-Bayes theory has `ln(m / delta)`
 * there. The published code of Dziugaite et al. has `ln(m / sigma)` for noise, which is taken here so that values compare with theirs; for boxes the only other code that was found has delta.
 */
const bound = (search: Search, magnitude: boolean, f: (bench: MeasureBench) => Promise<(size: number) => number>) => async (bench: MeasureBench): Promise<MeasureValue> => {
  const term = await f(bench);
  const m = bench.network.examples;
  const chance = (size: number): number => Math.log(m / (search === boxSearch ? DELTA : size));
  return noted(bench, mapped(await search(bench, magnitude), (size) => term(size) + chance(size) + 10));
};
const isotropic = (from: 'initial' | 'origin', factor: (omega: number) => number) => async (bench: MeasureBench) => {
  const { squared, omega } = await lengths(bench, from);
  return (size: number): number => (squared * factor(omega)) / (4 * size ** 2);
};
const flatness = (search: Search, magnitude: boolean) => async (bench: MeasureBench): Promise<MeasureValue> =>
  noted(bench, mapped(await search(bench, magnitude), (size) => size ** -2));

const needs: readonly MeasureNeed[] = ['initial'];
const gaussian = { ...common, family: 'pac-bayes', invariant: permutation, needs, work: ['fold', 'evaluation', 'gaussian-search'] } as const;
const gaussianMagnitude = { ...gaussian, work: ['fold', 'evaluation', 'gaussian-search-magnitude'] } as const;
const box = { ...common, family: 'worst-case', invariant: permutation, needs, work: ['fold', 'evaluation', 'box-search'] } as const;
const boxMagnitude = { ...box, work: ['fold', 'evaluation', 'box-search-magnitude'] } as const;
const one = (): number => 1;
/**
 * Gaussian noise of `omega` weights stays within `sigma sqrt(2 ln(2 omega / delta))` in all of them with probability `1 - delta`. That gives the box's bound `|w|^2 ln(2 omega / delta) / (2 alpha^2)`;
 * the measure is half of it, as other code has it too, which orders networks alike. The magnitude-aware one takes twice the square, since its half-width adds a constant to a share of the weight.
 */
const covered = (omega: number): number => Math.log((2 * omega) / DELTA);
const coveredTwice = (omega: number): number => 4 * covered(omega);

const noise = 'sigma: Gaussian noise on the weights that costs a tenth of the accuracy on average.';
const relativeNoise = "sigma': the same with noise in proportion to each weight.";
const width = 'alpha: the largest box around the weights in which ascent finds no loss of more than a tenth of the accuracy.';
const relativeWidth = "alpha': the same with the box in proportion to each weight.";

export const pacBayesMeasures: readonly Measure[] = [
  {
    ...gaussian,
    id: 'pac-bayes-init',
    title: 'PAC-Bayes, from initialization',
    formula: '|w - w0|^2 / (4 sigma^2) + ln(m / sigma) + 10',
    meaning: `PAC-Bayes bound with a prior around the first weights. ${noise}`,
    source: jiang('eq. 48'),
    compute: bound(gaussianSearch, false, isotropic('initial', one)),
  },
  {
    ...gaussian,
    id: 'pac-bayes-origin',
    title: 'PAC-Bayes, from the origin',
    formula: '|w|^2 / (4 sigma^2) + ln(m / sigma) + 10',
    meaning: `PAC-Bayes bound with a prior around zero. ${noise}`,
    source: jiang('eq. 49'),
    needs: [],
    compute: bound(gaussianSearch, false, isotropic('origin', one)),
  },
  {
    ...gaussian,
    id: 'pac-bayes-flatness',
    title: 'PAC-Bayes flatness',
    formula: '1 / sigma^2',
    meaning: noise,
    source: jiang('eq. 53'),
    unit: '1/weights^2',
    needs: [],
    compute: flatness(gaussianSearch, false),
  },
  {
    ...gaussianMagnitude,
    id: 'pac-bayes-magnitude-init',
    title: 'PAC-Bayes, magnitude-aware, from initialization',
    formula: "1/4 sum_i ln((e^2 + (sigma'^2 + 1) |w - w0|^2 / omega) / (e^2 + sigma'^2 |w_i - w0_i|^2)) + ln(m / sigma') + 10",
    meaning: relativeNoise,
    source: jiang('eq. 56'),
    compute: bound(gaussianSearch, true, (bench) => magnitudeTerm(bench, 'initial', one)),
  },
  {
    ...gaussianMagnitude,
    id: 'pac-bayes-magnitude-origin',
    title: 'PAC-Bayes, magnitude-aware, from the origin',
    formula: "1/4 sum_i ln((e^2 + (sigma'^2 + 1) |w|^2 / omega) / (e^2 + sigma'^2 |w_i - w0_i|^2)) + ln(m / sigma') + 10",
    meaning: relativeNoise,
    source: jiang(`eq. 57; as computed by ${dziugaite('').paper}`),
    compute: bound(gaussianSearch, true, (bench) => magnitudeTerm(bench, 'origin', one)),
  },
  {
    ...gaussianMagnitude,
    id: 'pac-bayes-magnitude-flatness',
    title: 'PAC-Bayes flatness, magnitude-aware',
    formula: "1 / sigma'^2",
    meaning: relativeNoise,
    source: jiang('eq. 61'),
    unit: '1',
    needs: [],
    nearly: relative,
    compute: flatness(gaussianSearch, true),
  },
  {
    ...box,
    id: 'sharpness-init',
    revision: 2,
    title: 'Sharpness bound, from initialization',
    formula: '|w - w0|^2 ln(2 omega / delta) / (4 alpha^2) + ln(m / delta) + 10, delta = 0.05',
    meaning: `PAC-Bayes bound with the worst case in place of the mean. ${width}`,
    source: jiang('eq. 51'),
    compute: bound(boxSearch, false, isotropic('initial', covered)),
  },
  {
    ...box,
    id: 'sharpness-origin',
    revision: 2,
    title: 'Sharpness bound, from the origin',
    formula: '|w|^2 ln(2 omega / delta) / (4 alpha^2) + ln(m / delta) + 10, delta = 0.05',
    meaning: `The same from zero. ${width}`,
    source: jiang('eq. 52'),
    needs: [],
    compute: bound(boxSearch, false, isotropic('origin', covered)),
  },
  {
    ...box,
    id: 'sharpness-flatness',
    title: 'Sharpness flatness',
    formula: '1 / alpha^2',
    meaning: width,
    source: jiang('eq. 54'),
    unit: '1/weights^2',
    needs: [],
    compute: flatness(boxSearch, false),
  },
  {
    ...boxMagnitude,
    id: 'sharpness-magnitude-init',
    revision: 2,
    title: 'Sharpness bound, magnitude-aware, from initialization',
    formula: "1/4 sum_i ln((e^2 + (alpha'^2 + 4 ln(2 omega / delta)) |w - w0|^2 / omega) / (e^2 + alpha'^2 |w_i - w0_i|^2)) + ln(m / delta) + 10, delta = 0.05",
    meaning: relativeWidth,
    source: jiang('eq. 59'),
    compute: bound(boxSearch, true, (bench) => magnitudeTerm(bench, 'initial', coveredTwice)),
  },
  {
    ...boxMagnitude,
    id: 'sharpness-magnitude-origin',
    revision: 2,
    title: 'Sharpness bound, magnitude-aware, from the origin',
    formula: "1/4 sum_i ln((e^2 + (alpha'^2 + 4 ln(2 omega / delta)) |w|^2 / omega) / (e^2 + alpha'^2 |w_i - w0_i|^2)) + ln(m / delta) + 10, delta = 0.05",
    meaning: relativeWidth,
    source: jiang('eq. 60'),
    compute: bound(boxSearch, true, (bench) => magnitudeTerm(bench, 'origin', coveredTwice)),
  },
  {
    ...boxMagnitude,
    id: 'sharpness-magnitude-flatness',
    title: 'Sharpness flatness, magnitude-aware',
    formula: "1 / alpha'^2",
    meaning: relativeWidth,
    source: jiang('eq. 62'),
    unit: '1',
    needs: [],
    nearly: relative,
    compute: flatness(boxSearch, true),
  },
];
