import type { MeasureBench } from '../bench';
import { exact, type Measure, mapped, type MeasureValue } from '../measure';
import { dziugaite, jiang } from '../sources';
import { margin } from './outputs';

const common = { family: 'frobenius', worse: 'higher', work: ['fold'] } as const;
const overMargin = { ...common, needs: ['classes'], work: ['fold', 'evaluation'], invariant: ['layer-rescaling', 'permutation', 'logit-scale'] } as const;
const total = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
export const logProduct = (squares: readonly number[]): number => squares.reduce((sum, square) => sum + Math.log(square), 0);

/** A number of the folded weights, with what is to be said of the folding. */
export async function ofWeights(bench: MeasureBench, value: number): Promise<MeasureValue> {
  return exact(value, (await bench.folded()).note);
}

/** The same through the margin's interval. */
export async function withMargin(bench: MeasureBench, value: (gamma: number) => number): Promise<MeasureValue> {
  const found = mapped(await margin(bench), value);
  const notes = [found.note, (await bench.folded()).note].filter((note) => note !== undefined);
  return { ...found, ...(notes.length > 0 && { note: notes.join(' ') }) };
}

/** `ln d + 1/d ln P` of the mean of d factors with the product P. */
export const logSum = (logOfProduct: number, layers: number): number => Math.log(layers) + logOfProduct / layers;

export const frobeniusMeasures: readonly Measure[] = [
  {
    ...common,
    id: 'l2',
    title: 'L2 norm',
    formula: '|w|_2 = sqrt(sum_l |W_l|_F^2)',
    meaning: 'Length of the weights as one vector, without biases and normalization parameters.',
    source: dziugaite('appendix C.6.1'),
    unit: 'weights',
    invariant: ['permutation'],
    needs: [],
    async compute(bench) {
      return ofWeights(bench, Math.sqrt(total(await bench.frobenius())));
    },
  },
  {
    ...common,
    id: 'l2-distance',
    title: 'L2 distance from initialization',
    formula: '|w - w0|_2',
    meaning: 'How far training moved the weights.',
    source: dziugaite('appendix C.6.1'),
    unit: 'weights',
    invariant: ['permutation'],
    needs: ['initial'],
    async compute(bench) {
      return ofWeights(bench, Math.sqrt(total(await bench.frobenius('differences'))));
    },
  },
  {
    ...common,
    id: 'parameter-norm',
    title: 'Parameter norm',
    formula: 'sum_l |W_l|_F^2',
    meaning: 'Sum of the squares of all weights.',
    source: jiang('eq. 42'),
    unit: 'weights^2',
    invariant: ['permutation'],
    needs: [],
    async compute(bench) {
      return ofWeights(bench, total(await bench.frobenius()));
    },
  },
  {
    ...common,
    id: 'frobenius-distance',
    title: 'Frobenius distance',
    formula: 'sum_l |W_l - W0_l|_F^2',
    meaning: 'Sum of the squares of what training changed.',
    source: jiang('eq. 40'),
    unit: 'weights^2',
    invariant: ['permutation'],
    needs: ['initial'],
    async compute(bench) {
      return ofWeights(bench, total(await bench.frobenius('differences')));
    },
  },
  {
    ...common,
    id: 'log-prod-frobenius',
    title: 'Product of Frobenius norms',
    formula: 'ln prod_l |W_l|_F^2',
    meaning: 'A bound on how much the network can stretch, as a logarithm.',
    source: jiang('eq. 37'),
    unit: 'ln',
    invariant: ['layer-rescaling', 'permutation'],
    needs: [],
    async compute(bench) {
      return ofWeights(bench, logProduct(await bench.frobenius()));
    },
  },
  {
    ...overMargin,
    id: 'log-prod-frobenius-over-margin',
    title: 'Product of Frobenius norms over margin',
    formula: 'ln (prod_l |W_l|_F^2 / gamma^2)',
    meaning: 'The same in units of the margin.',
    source: jiang('eq. 36'),
    unit: 'ln',
    async compute(bench) {
      const product = logProduct(await bench.frobenius());
      return withMargin(bench, (gamma) => product - 2 * Math.log(gamma));
    },
  },
  {
    ...common,
    id: 'log-sum-frobenius',
    title: 'Sum of balanced Frobenius norms',
    formula: 'ln (d (prod_l |W_l|_F^2)^(1/d))',
    meaning: 'What the sum of the squared norms would be if rescaling made all layers equal.',
    source: jiang('eq. 39'),
    unit: 'ln',
    invariant: ['layer-rescaling', 'permutation'],
    needs: [],
    async compute(bench) {
      const squares = await bench.frobenius();
      return ofWeights(bench, logSum(logProduct(squares), squares.length));
    },
  },
  {
    ...overMargin,
    id: 'log-sum-frobenius-over-margin',
    title: 'Sum of balanced Frobenius norms over margin',
    formula: 'ln (d (prod_l |W_l|_F^2 / gamma^2)^(1/d))',
    meaning: 'The same in units of the margin.',
    source: jiang('eq. 38'),
    unit: 'ln',
    async compute(bench) {
      const squares = await bench.frobenius();
      return withMargin(bench, (gamma) => logSum(logProduct(squares) - 2 * Math.log(gamma), squares.length));
    },
  },
];
