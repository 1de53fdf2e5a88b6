import { Philox } from '#core/graph';
import type { Direction } from '../directions';
import type { LandscapeProblem } from '../problem';
import { spoken, type TrustCheck } from './check';

/** Evaluates the loss of each batch (its mean over the batch's examples) at displaced weights. */
export type BatchLosses = (problem: LandscapeProblem, displacement: Direction | undefined) => Promise<Float64Array>;

const RESAMPLES = 1000;
/** Half-width of the 95 % interval of a rise, as a share of the rise. */
const WIDEST_INTERVAL = 0.25;
/** Part of the picture's rise that BatchNorm's mode may account for. */
const LARGEST_MODE_EFFECT = 0.25;
/** Spread (standard deviation over mean) of the rise between fresh directions. */
const LARGEST_SPREAD = 0.5;

/** Weighted mean of the batches' losses. */
export function meanOver(losses: Float64Array, { batches }: Pick<LandscapeProblem, 'batches'>): number {
  const examples = batches.reduce((sum, { count }) => sum + count, 0);
  return losses.reduce((sum, loss, i) => sum + loss * batches[i]!.count, 0) / examples;
}

/** `1.96` standard errors of the mean of `values` with these weights, by resampling them with replacement. */
export function bootstrapHalfWidth(values: Float64Array, weights: readonly number[], seed: number): number {
  const random = new Philox(seed, 'landscape/bootstrap').uniforms(RESAMPLES * values.length);
  const means = Float64Array.from({ length: RESAMPLES }, (_, r) => {
    let [sum, weight] = [0, 0];
    for (let i = 0; i < values.length; i++) {
      const pick = Math.floor(random[r * values.length + i]! * values.length);
      sum += values[pick]! * weights[pick]!;
      weight += weights[pick]!;
    }
    return sum / weight;
  });
  const mean = means.reduce((a, b) => a + b, 0) / RESAMPLES;
  return 1.96 * Math.sqrt(means.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (RESAMPLES - 1));
}

/**
 * Whether other examples would have drawn the same picture: the rise from the centre to each of `places` with its interval, over batches
 * drawn again. The noise that all points share moves the picture as a whole and does not count.
 */
export async function subsetCheck(problem: LandscapeProblem, places: readonly Direction[], losses: BatchLosses, seed: number): Promise<TrustCheck | undefined> {
  if (problem.batches.length < 8) return undefined;
  const weights = problem.batches.map(({ count }) => count);
  const centre = await losses(problem, undefined);
  let figure = 0;
  for (const place of places) {
    const rises = (await losses(problem, place)).map((loss, i) => loss - centre[i]!);
    const share = bootstrapHalfWidth(rises, weights, seed) / Math.abs(meanOver(rises, problem));
    if (Number.isFinite(share)) figure = Math.max(figure, share);
  }
  const passed = figure <= WIDEST_INTERVAL;
  const found = `Half way to the edge the rise is known to within ${spoken(100 * figure)} % (95 % interval over the examples)`;
  return {
    name: 'subset',
    title: 'Enough examples',
    passed,
    figure,
    limit: WIDEST_INTERVAL,
    says: passed ? `${found}.` : `${found}: other examples would draw another picture. Use more of them, if there are more.`,
  };
}

/** Whether the picture depends on whose statistics BatchNorm takes: `other` is the same problem in another mode. */
export async function batchNormCheck(problem: LandscapeProblem, { problem: other, compared }: { readonly problem: LandscapeProblem; readonly compared: string }, places: readonly Direction[], losses: BatchLosses): Promise<TrustCheck> {
  const rises = async (asked: LandscapeProblem): Promise<number[]> => {
    const centre = meanOver(await losses(asked, undefined), asked);
    const found: number[] = [];
    for (const place of places) found.push(meanOver(await losses(asked, place), asked) - centre);
    return found;
  };
  const [here, there] = [await rises(problem), await rises(other)];
  const largest = Math.max(...[...here, ...there].map(Math.abs));
  const figure = largest === 0 ? 0 : Math.max(...here.map((rise, i) => Math.abs(rise - there[i]!))) / largest;
  const passed = figure <= LARGEST_MODE_EFFECT;
  const share = Number.isFinite(figure) ? `by ${spoken(100 * figure)} %` : 'without bound';
  return {
    name: 'batchNorm',
    title: 'BatchNorm mode',
    passed,
    figure,
    limit: LARGEST_MODE_EFFECT,
    says: passed
      ? `${compared} heights change ${share}.`
      : `${compared} heights change ${share}: the picture shows BatchNorm as much as the weights.`,
  };
}

/** Whether fresh random directions rise alike: `planes` holds the same places in planes of other seeds, this one's first. */
export async function repeatabilityCheck(problem: LandscapeProblem, planes: readonly (readonly Direction[])[], losses: BatchLosses): Promise<TrustCheck> {
  const centre = meanOver(await losses(problem, undefined), problem);
  const rises: number[] = [];
  for (const places of planes) {
    let sum = 0;
    for (const place of places) sum += meanOver(await losses(problem, place), problem) - centre;
    rises.push(sum / places.length);
  }
  const mean = rises.reduce((a, b) => a + b, 0) / rises.length;
  const deviation = Math.sqrt(rises.reduce((sum, rise) => sum + (rise - mean) ** 2, 0) / (rises.length - 1));
  const figure = Math.abs(deviation / mean);
  const passed = figure <= LARGEST_SPREAD;
  const range = `Half way to the edge the loss rises by ${spoken(rises[0]!)} here, by ${rises.slice(1).map(spoken).join(', ')} in planes of other seeds`;
  return {
    name: 'repeatability',
    title: 'Other directions',
    passed,
    figure,
    limit: LARGEST_SPREAD,
    says: passed ? `${range}.` : `${range}: one plane is not typical. Look at several.`,
  };
}
