import { mean, meanWithError, studentQuantile } from '#core/curvature';
import { Philox } from '#core/graph';
import type { Direction } from '../directions';
import type { LandscapeProblem } from '../problem';
import { spoken, type TrustCheck } from './check';

/** Evaluates the loss of each batch (its mean over the batch's examples) at displaced weights. */
export type BatchLosses = (problem: LandscapeProblem, displacement: Direction | undefined) => Promise<Float64Array>;

const RESAMPLES = 1000;
/** Fewer batches say too little of their scatter. */
const FEWEST_BATCHES = 8;
/** Half-width of the 95 % interval of the rises, as a share of the largest of them. */
const WIDEST_INTERVAL = 0.25;
/** Part of the picture's rise that BatchNorm's mode may account for. */
const LARGEST_MODE_EFFECT = 0.25;
/** Spread (standard deviation over mean size) of the rise between fresh directions. */
const LARGEST_SPREAD = 0.5;
/** Rises of fewer steps of float32 are as much rounding as loss: shares of them say nothing. */
const LEAST_STEPS = 10;

/** Examples drawn again in batches, and how many of these the picture is the mean of. */
export interface DrawnAgain {
  readonly problem: LandscapeProblem;
  readonly picture: number;
}

/** Weighted mean of the batches' losses. */
export function meanOver(losses: Float64Array, { batches }: Pick<LandscapeProblem, 'batches'>): number {
  const examples = batches.reduce((sum, { count }) => sum + count, 0);
  return losses.reduce((sum, loss, i) => sum + loss * batches[i]!.count, 0) / examples;
}

/**
 * Half the width of the 95 % interval of the mean of `drawn` of such values with these weights: its standard error by resampling them with replacement, times Student's
 * quantile. Resampling takes their scatter around their own mean, which is too small by `(n - 1) / n`; that is made good.
 */
export function bootstrapHalfWidth(values: Float64Array, weights: readonly number[], drawn: number, seed: number): number {
  const n = values.length;
  const random = new Philox(seed, 'landscape/bootstrap').uniforms(RESAMPLES * drawn);
  const means = Float64Array.from({ length: RESAMPLES }, (_, r) => {
    let [sum, weight] = [0, 0];
    for (let i = 0; i < drawn; i++) {
      const pick = Math.floor(random[r * drawn + i]! * n);
      sum += values[pick]! * weights[pick]!;
      weight += weights[pick]!;
    }
    return sum / weight;
  });
  const { standardError } = meanWithError(means);
  return studentQuantile(n - 1) * standardError * Math.sqrt((RESAMPLES * n) / (n - 1));
}

/** The loss at each place less that at the centre; places without a finite one are left out. */
async function risesOf(problem: LandscapeProblem, places: readonly Direction[], losses: BatchLosses): Promise<Float64Array[]> {
  const centre = await losses(problem, undefined);
  const rises: Float64Array[] = [];
  for (const place of places) rises.push((await losses(problem, place)).map((loss, i) => loss - centre[i]!));
  return rises.filter((values) => values.every(Number.isFinite));
}

/** Said of a question about the rises where there are none to speak of. */
function withoutRise(about: Pick<TrustCheck, 'name' | 'title' | 'limit'>, largest: number, step: number): TrustCheck {
  const why = largest === -Infinity
    ? 'Half way to the edge the loss is not finite, so this cannot be asked. Choose a smaller range.'
    : `Half way to the edge the loss changes by ${spoken(largest)} at most, fewer than ${LEAST_STEPS} steps of float32 (${spoken(step)}): this would compare rounding. Choose a larger range.`;
  return { ...about, passed: null, figure: null, says: why };
}

/**
 * Whether other examples would have drawn the same picture: the rises from the centre to `places` with their intervals, over batches
 * drawn again, against the largest rise. The noise that all points share moves the picture as a whole and does not count; nor does that of a place that hardly rises beside one that does.
 *
 * @param step of float32 at the picture's heights
 */
export async function subsetCheck({ problem, picture }: DrawnAgain, places: readonly Direction[], losses: BatchLosses, step: number, seed: number): Promise<TrustCheck> {
  const about = { name: 'subset', title: 'Enough examples', limit: WIDEST_INTERVAL } as const;
  const weights = problem.batches.map(({ count }) => count);
  if (weights.length < FEWEST_BATCHES) {
    const examples = weights.reduce((sum, count) => sum + count, 0);
    return { ...about, passed: null, figure: null, says: `${examples} examples are too few to draw others from, so what these would change is not known. Use more.` };
  }
  const rises = await risesOf(problem, places, losses);
  const largest = Math.max(...rises.map((values) => Math.abs(meanOver(values, problem))));
  if (largest < LEAST_STEPS * step) return withoutRise(about, largest, step);
  const widest = Math.max(...rises.map((values) => bootstrapHalfWidth(values, weights, picture, seed)));
  const figure = widest / largest;
  const passed = figure <= WIDEST_INTERVAL;
  const found = `Half way to the edge the rises are known to within ${spoken(100 * figure)} % of the largest (95 % interval over the examples)`;
  return { ...about, passed, figure, says: passed ? `${found}.` : `${found}: other examples would draw another picture. Use more of them, if there are more.` };
}

/** Whether the picture depends on whose statistics BatchNorm takes: `other` is the same problem in another mode. */
export async function batchNormCheck(problem: LandscapeProblem, { problem: other, compared }: { readonly problem: LandscapeProblem; readonly compared: string }, places: readonly Direction[], losses: BatchLosses, step: number): Promise<TrustCheck> {
  const about = { name: 'batchNorm', title: 'BatchNorm mode', limit: LARGEST_MODE_EFFECT } as const;
  const rises = async (asked: LandscapeProblem): Promise<number[]> => {
    const centre = meanOver(await losses(asked, undefined), asked);
    const found: number[] = [];
    for (const place of places) found.push(meanOver(await losses(asked, place), asked) - centre);
    return found;
  };
  const there = await rises(other);
  const pairs = (await rises(problem)).flatMap((rise, i) => (Number.isFinite(rise) ? [[rise, there[i]!] as const] : []));
  const advice = 'the picture shows BatchNorm as much as the weights. Compute it in both modes, and trust what they share.';
  if (pairs.some(([, rise]) => !Number.isFinite(rise))) {
    return { ...about, passed: false, figure: null, says: `${compared} the loss is no longer finite half way to the edge: ${advice}` };
  }
  const largest = Math.max(...pairs.flat().map(Math.abs));
  if (largest < LEAST_STEPS * step) return withoutRise(about, largest, step);
  const figure = Math.max(...pairs.map(([rise, inOther]) => Math.abs(rise - inOther))) / largest;
  const passed = figure <= LARGEST_MODE_EFFECT;
  const found = `${compared} heights change by ${spoken(100 * figure)} %`;
  return { ...about, passed, figure, says: passed ? `${found}.` : `${found}: ${advice}` };
}

/** Whether fresh random directions rise alike: `planes` holds the same places in planes of other seeds, this one's first. */
export async function repeatabilityCheck(problem: LandscapeProblem, planes: readonly (readonly Direction[])[], losses: BatchLosses, step: number): Promise<TrustCheck> {
  const about = { name: 'repeatability', title: 'Other directions', limit: LARGEST_SPREAD } as const;
  const rises: number[] = [];
  const sizes: number[] = [];
  const centre = meanOver(await losses(problem, undefined), problem);
  for (const places of planes) {
    const found: number[] = [];
    for (const place of places) found.push(meanOver(await losses(problem, place), problem) - centre);
    rises.push(mean(found));
    sizes.push(mean(found.map(Math.abs)));
  }
  const largest = Math.max(...sizes);
  if (!Number.isFinite(rises[0]!)) return withoutRise(about, -Infinity, step);
  if (largest < LEAST_STEPS * step) return withoutRise(about, largest, step);
  // Where the loss rises on one side and falls on the other their mean is nearly zero: the spread is held against the sizes of the changes.
  const figure = rises.every(Number.isFinite) ? (meanWithError(rises).standardError * Math.sqrt(rises.length)) / mean(sizes) : null;
  const passed = figure !== null && figure <= LARGEST_SPREAD;
  const range = `Half way to the edge the loss changes by ${spoken(rises[0]!)} here, by ${rises.slice(1).map(spoken).join(', ')} in planes of other seeds`;
  return { ...about, passed, figure, says: passed ? `${range}.` : `${range}: one plane is not typical. Look at several seeds.` };
}
