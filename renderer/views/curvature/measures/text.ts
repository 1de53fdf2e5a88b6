import type { MeasureDefinition, MeasureResult, MeasureSetting, MeasuresReport } from '#host-client';
import { formatNumber } from '../../../components/number-format';

/** `1.2 to 1.4`; an end that nothing bounds has no number. */
export function intervalText({ interval }: Pick<MeasureResult, 'interval'>): string {
  if (!interval) return '';
  const [low, high] = interval.map((end) => (end === null ? 'unbounded' : formatNumber(end)));
  return `${low ?? ''} to ${high ?? ''}`;
}

/** What the interval is. */
export const intervalMeanings: Readonly<Record<NonNullable<MeasureResult['kind']>, string>> = {
  exact: 'Exact, up to rounding.',
  examples: '95 % interval over the choice of examples.',
  estimate: '95 % interval over random vectors; of an eigenvalue, its residual.',
  search: 'What repeated searches leave open.',
  ascent: 'What ascents from several starts found; the value is the largest, a lower bound of the maximum.',
};

/** Changes of the weights, in a word for the table and in words. */
export const invarianceNames: Readonly<Record<MeasureDefinition['invariant'][number], { readonly brief: string; readonly text: string }>> = {
  'layer-rescaling': { brief: 'layers', text: 'rescaling of layers' },
  'unit-rescaling': { brief: 'units', text: 'rescaling of single units' },
  permutation: { brief: 'order', text: 'permutation of units' },
  'logit-scale': { brief: 'outputs', text: 'scale of the outputs' },
};

/** Changes that leave a measure as it is. */
export function invarianceText({ invariant, nearly = [] }: Pick<MeasureDefinition, 'invariant' | 'nearly'>): string {
  return [...invariant.map((each) => invarianceNames[each].text), ...nearly.map((each) => `nearly: ${invarianceNames[each].text}`)].join(', ');
}

/** The page of an identifier: a DOI or an arXiv number. */
export const sourceAddress = (id: string): string => (id.startsWith('arXiv:') ? `https://arxiv.org/abs/${id.slice('arXiv:'.length)}` : `https://doi.org/${id}`);

/** How a report was made, in one line. */
export function describeReport({ run: { checkpoint, step, member }, split, examples, seed, device }: MeasuresReport): string {
  return [...(member === undefined ? [] : [`member ${member}`]), `${checkpoint}, step ${step}`, `${split}, ${examples} examples`, `seed ${seed}`, device].join(' · ');
}

/** Radii, steps and repetitions of a report that are not the usual ones: `rho=0.1`. */
export const changedSettings = ({ settings }: Pick<MeasuresReport, 'settings'>, all: readonly MeasureSetting[]): string[] =>
  all.flatMap(({ name, usual }) => (settings[name] === undefined || settings[name] === usual ? [] : [`${name}=${formatNumber(settings[name])}`]));
