import type { MeasureBench } from '../bench';
import { exact, type Invariance, type Measure, mapped, type MeasureValue } from '../measure';
import { mean } from '../../algebra/statistics';
import type { Answers } from '../../operators/network-at';
import { dziugaite, jiang } from '../sources';
import { meanWithInterval, quantileWithInterval, shareWithInterval } from '../statistics';

const functional: readonly Invariance[] = ['layer-rescaling', 'unit-rescaling', 'permutation'];
const common = { family: 'outputs', invariant: functional, work: ['evaluation'] } as const;

/** Outputs as one number a class: one output alone is the log-odds of the second class. */
function logits(bench: MeasureBench, { outputs, width }: Answers): { scores: Float64Array; classes: number; labels: Int32Array } {
  const labels = bench.labels();
  if (width > 1) return { scores: outputs, classes: width, labels };
  return { scores: Float64Array.from({ length: 2 * labels.length }, (_, i) => (i % 2 === 1 ? outputs[(i - 1) / 2]! : 0)), classes: 2, labels };
}

/** Score of the label less the best other score, of every example. */
function marginsOf(bench: MeasureBench, answers: Answers): Float64Array {
  const { scores, classes, labels } = logits(bench, answers);
  return Float64Array.from(labels, (label, i) => {
    let best = -Infinity;
    for (let k = 0; k < classes; k++) if (k !== label) best = Math.max(best, scores[i * classes + k]!);
    return scores[i * classes + label]! - best;
  });
}

const margins = async (bench: MeasureBench): Promise<Float64Array> => marginsOf(bench, await bench.answers());

/** Share of the examples that answers are right about. */
export function accuracyOf(bench: MeasureBench, answers: Answers): number {
  return mean(marginsOf(bench, answers).map((value) => Number(value > 0)));
}

/** The margin of the whole set: a low quantile of the examples' margins, its size where it is negative. */
export async function margin(bench: MeasureBench): Promise<MeasureValue> {
  const { quantile } = bench.settings;
  const found = quantileWithInterval(await margins(bench), quantile);
  if (found.value > 0 && found.interval![0] > 0) return found;
  const note = found.value > 0 ? undefined : `More than ${100 * quantile} % of the examples are misclassified: the margin is negative, its size is taken.`;
  return { ...exact(Math.abs(found.value), note), kind: 'examples' };
}

/** Entropy of the prediction for every example, in nats. */
async function entropies(bench: MeasureBench): Promise<Float64Array> {
  const { scores, classes, labels } = logits(bench, await bench.answers());
  const sigmoids = bench.problem.likelihood === 'bernoulli' && classes > 2;
  return Float64Array.from(labels, (_, i) => {
    const own = scores.subarray(i * classes, (i + 1) * classes);
    const most = own.reduce((a, b) => Math.max(a, b), -Infinity);
    // Several sigmoids are brought to the sum 1, as predictions are.
    const weights = own.map((score) => (sigmoids ? 1 / (1 + Math.exp(-score)) : Math.exp(score - most)));
    const total = weights.reduce((a, b) => a + b, 0);
    return weights.reduce((sum, weight) => (weight > 0 ? sum - (weight / total) * Math.log(weight / total) : sum), 0);
  });
}

export const outputMeasures: readonly Measure[] = [
  {
    ...common,
    id: 'loss',
    title: 'Loss',
    formula: '1/m sum_i loss(f(x_i), y_i)',
    meaning: "The run's own loss on these examples, without penalties. For classification with softmax this is the cross-entropy.",
    source: jiang('appendix C.2'),
    unit: 'loss',
    worse: 'higher',
    needs: [],
    async compute(bench) {
      return meanWithInterval((await bench.answers()).losses, 'examples');
    },
  },
  {
    ...common,
    id: 'error',
    title: 'Error',
    formula: '1/m |{i : argmax_k f_k(x_i) != y_i}|',
    meaning: 'Share of the examples that are classified wrongly.',
    source: dziugaite('section 3'),
    unit: 'share',
    worse: 'higher',
    invariant: [...functional, 'logit-scale'],
    needs: ['classes'],
    async compute(bench) {
      const found = await margins(bench);
      return shareWithInterval(found.reduce((wrong, value) => wrong + Number(!(value > 0)), 0), found.length);
    },
  },
  {
    ...common,
    id: 'prediction-entropy',
    title: 'Prediction entropy',
    formula: '-1/m sum_i sum_k p_k(x_i) ln p_k(x_i)',
    meaning: 'How undecided the predictions are on average. The paper takes its negative.',
    source: jiang('eq. 23'),
    unit: 'nats',
    worse: null,
    needs: ['classes', 'likelihood'],
    async compute(bench) {
      return meanWithInterval(await entropies(bench), 'examples');
    },
  },
  {
    ...common,
    id: 'margin',
    title: 'Margin',
    formula: 'gamma = 10th percentile of f_y(x_i) - max_{k != y} f_k(x_i)',
    meaning: 'By how much the right class leads, for all but the worst tenth of the examples.',
    source: jiang('appendix C.2'),
    unit: 'logits',
    worse: 'lower',
    needs: ['classes'],
    async compute(bench) {
      return quantileWithInterval(await margins(bench), bench.settings.quantile);
    },
  },
  {
    ...common,
    id: 'median-margin',
    title: 'Median margin',
    formula: 'median of f_y(x_i) - max_{k != y} f_k(x_i)',
    meaning: 'By how much the right class leads for the example in the middle.',
    source: jiang('appendix C.2'),
    unit: 'logits',
    worse: 'lower',
    needs: ['classes'],
    async compute(bench) {
      return quantileWithInterval(await margins(bench), 0.5);
    },
  },
  {
    ...common,
    id: 'inverse-margin',
    title: 'Inverse margin',
    formula: '1 / gamma^2',
    meaning: 'Small margins, of outputs as they are: multiplying all outputs changes it.',
    source: jiang('eq. 22'),
    unit: '1/logits^2',
    worse: 'higher',
    needs: ['classes'],
    async compute(bench) {
      return mapped(await margin(bench), (gamma) => 1 / gamma ** 2);
    },
  },
];
