import { type Measure, type MeasureDefinition, type MeasureNeed, MeasureUnavailable } from '../measure';
import { type MeasureBench } from '../bench';
import { dziugaite, jiang, sedghi } from '../sources';
import { logProduct, logSum, ofWeights, withMargin } from './frobenius';

type Kind = 'kernel' | 'operator';

/** What is done with the squared spectral norms `s`, one a layer. */
interface Recipe extends Pick<MeasureDefinition, 'title' | 'formula' | 'meaning' | 'unit' | 'invariant'> {
  readonly id: string;
  readonly equation: string;
  readonly margin?: true;
  readonly initial?: true;
  value(bench: MeasureBench, kind: Kind, gamma: number): Promise<number>;
}

const total = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
/** `sum_l a_l / s_l` */
const ratios = (a: readonly number[], s: readonly number[]): number => total(a.map((value, i) => value / s[i]!));

const layerwise = ['layer-rescaling', 'permutation'] as const;
const relative = [...layerwise, 'logit-scale'] as const;
const recipes: readonly Recipe[] = [
  {
    id: 'log-prod-spectral',
    title: 'Product of spectral norms',
    equation: 'eq. 32',
    formula: 'ln prod_l |W_l|_2^2',
    meaning: 'The largest factor by which the layers can stretch a vector, one after the other: a bound on the Lipschitz constant, squared, as a logarithm.',
    unit: 'ln',
    invariant: layerwise,
    value: async (bench, kind) => logProduct(await bench.spectral(kind)),
  },
  {
    id: 'log-prod-spectral-over-margin',
    title: 'Product of spectral norms over margin',
    equation: 'eq. 31',
    formula: 'ln (prod_l |W_l|_2^2 / gamma^2)',
    meaning: 'The same in units of the margin.',
    unit: 'ln',
    invariant: relative,
    margin: true,
    value: async (bench, kind, gamma) => logProduct(await bench.spectral(kind)) - 2 * Math.log(gamma),
  },
  {
    id: 'log-spectral-init-main',
    title: 'Spectral bound, main term, from initialization',
    equation: 'eq. 29',
    formula: 'ln (prod_l |W_l|_2^2 / gamma^2 * sum_l |W_l - W0_l|_F^2 / |W_l|_2^2)',
    meaning: 'Main term of the spectrally normalized margin bound, with the distance from initialization.',
    unit: 'ln',
    invariant: ['permutation'],
    margin: true,
    initial: true,
    value: async (bench, kind, gamma) => {
      const spectral = await bench.spectral(kind);
      return logProduct(spectral) - 2 * Math.log(gamma) + Math.log(ratios(await bench.frobenius('differences'), spectral));
    },
  },
  {
    id: 'log-spectral-origin-main',
    title: 'Spectral bound, main term, from the origin',
    equation: 'eq. 30',
    formula: 'ln (prod_l |W_l|_2^2 / gamma^2 * sum_l |W_l|_F^2 / |W_l|_2^2)',
    meaning: 'Main term of the spectrally normalized margin bound, with the distance from zero.',
    unit: 'ln',
    invariant: relative,
    margin: true,
    value: async (bench, kind, gamma) => {
      const spectral = await bench.spectral(kind);
      return logProduct(spectral) - 2 * Math.log(gamma) + Math.log(ratios(await bench.frobenius(), spectral));
    },
  },
  {
    id: 'frobenius-over-spectral',
    title: 'Frobenius over spectral norms',
    equation: 'eq. 33',
    formula: 'sum_l |W_l|_F^2 / |W_l|_2^2',
    meaning: 'Sum of the stable ranks: how many directions the layers use.',
    unit: 'ranks',
    invariant: relative,
    value: async (bench, kind) => ratios(await bench.frobenius(), await bench.spectral(kind)),
  },
  {
    id: 'log-sum-spectral',
    title: 'Sum of balanced spectral norms',
    equation: 'eq. 35',
    formula: 'ln (d (prod_l |W_l|_2^2)^(1/d))',
    meaning: 'What the sum of the squared norms would be if rescaling made all layers equal.',
    unit: 'ln',
    invariant: layerwise,
    value: async (bench, kind) => {
      const spectral = await bench.spectral(kind);
      return logSum(logProduct(spectral), spectral.length);
    },
  },
  {
    id: 'log-sum-spectral-over-margin',
    title: 'Sum of balanced spectral norms over margin',
    equation: 'eq. 34',
    formula: 'ln (d (prod_l |W_l|_2^2 / gamma^2)^(1/d))',
    meaning: 'The same in units of the margin.',
    unit: 'ln',
    invariant: relative,
    margin: true,
    value: async (bench, kind, gamma) => {
      const spectral = await bench.spectral(kind);
      return logSum(logProduct(spectral) - 2 * Math.log(gamma), spectral.length);
    },
  },
  {
    id: 'spectral-distance',
    title: 'Spectral distance from initialization',
    equation: 'eq. 41',
    formula: 'sum_l |W_l - W0_l|_2^2',
    meaning: 'Largest change that training made to each layer, along one direction.',
    unit: 'weights^2',
    invariant: ['permutation'],
    initial: true,
    value: async (bench, kind) => total(await bench.spectral(kind, 'differences')),
  },
];

/** One measure of a recipe: with kernels as matrices, or with the maps that the convolutions are. */
function spectralMeasure(recipe: Recipe, kind: Kind): Measure {
  const { id, title, equation, formula, meaning, unit, invariant, margin, initial } = recipe;
  const operator = kind === 'operator';
  const needs: MeasureNeed[] = [...(margin ? ['classes' as const] : []), ...(initial ? ['initial' as const] : [])];
  return {
    id: operator ? `${id}-operator` : id,
    title: operator ? `${title}, convolutions as maps` : title,
    family: operator ? 'spectral-operator' : 'spectral',
    formula: operator ? formula.replaceAll('|_2', '|_op') : formula,
    meaning: operator
      ? `${meaning} A convolution's norm is that of the linear map from its feature maps, with its padding and stride.`
      : `${meaning} A kernel is taken as the matrix [out, in * height * width].`,
    source: operator
      ? { ...jiang(`${equation}; ${sedghi('section 2').paper}`) }
      : { ...jiang(`${equation}; kernels as matrices: ${dziugaite('appendix C').paper}`) },
    unit,
    worse: 'higher',
    invariant,
    needs,
    work: margin ? ['fold', 'evaluation'] : ['fold'],
    async compute(bench) {
      if (operator && !(await bench.matrices()).some(({ name }) => bench.problem.parameters[name]!.shape.length > 2)) {
        throw new MeasureUnavailable('the network has no convolution: it is the same as without "convolutions as maps"');
      }
      if (!margin) return ofWeights(bench, await recipe.value(bench, kind, NaN));
      const atOne = await recipe.value(bench, kind, 1);
      const slope = (await recipe.value(bench, kind, Math.E)) - atOne;
      return withMargin(bench, (gamma) => atOne + slope * Math.log(gamma));
    },
  };
}

export const spectralMeasures: readonly Measure[] = [...recipes.map((recipe) => spectralMeasure(recipe, 'kernel')), ...recipes.map((recipe) => spectralMeasure(recipe, 'operator'))];
