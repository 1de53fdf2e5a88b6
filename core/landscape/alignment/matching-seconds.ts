import { secondsSince, Times } from '#core/runtime';
import { assign } from './assignment';
import type { PermutationSpecification } from './specification';
import { addProducts, unitsFirst, type Weights } from './weight-matching';

/** Passes that matching takes: 4 to 18 were seen, most of wide layers. */
const PASSES = 12;
/** Units of a group between which products and an assignment are timed. */
const TIMED = 256;
/** Seconds for which each of both is timed, again and again where it is short: a first time makes what the others find made. */
const REPEATED = 0.05;

/** Multiplications of one pass: for each group and each tensor that holds it, the products of all pairs of units. */
export function matchingProducts(weights: Weights, { tensors, groups }: PermutationSpecification): number {
  return Object.entries(weights).reduce((sum, [name, data]) =>
    sum + (tensors[name] ?? []).reduce((own, { group }) => own + (group === undefined ? 0 : groups[group]! * data.length), 0), 0);
}

/**
 * Seconds that matching two networks' units will usually take: products and one assignment between some units of the widest group are timed; products grow with their number, an
 * assignment with the cube of the units.
 */
export async function matchingSeconds(a: Weights, b: Weights, specification: PermutationSpecification, signal?: AbortSignal): Promise<number> {
  const { groups, tensors } = specification;
  const widest = groups.indexOf(Math.max(...groups));
  // The largest of them: of a bias the products would be fewer than what is done around them.
  const holder = Object.entries(tensors)
    .filter(([name, factors]) => a[name] !== undefined && factors.some(({ group }) => group === widest))
    .toSorted(([first], [second]) => a[second]!.length - a[first]!.length)[0];
  if (holder === undefined) return 0;
  const [name, factors] = holder;
  const at = factors.findIndex(({ group }) => group === widest);
  const outer = factors.slice(0, at).reduce((product, { size }) => product * size, 1);
  const n = groups[widest]!;
  const width = a[name]!.length / n;
  const timed = Math.min(n, TIMED);
  const units = (weights: Weights): Float32Array => unitsFirst(weights[name]!, outer, n, width / outer).subarray(0, timed * width);
  const [left, right] = [units(a), units(b)];
  const gain = new Float64Array(timed * timed);
  const product = (await usualSeconds(() => addProducts(gain, left, right, timed, width, signal))) / (timed * timed * width);
  const assignment = (await usualSeconds(() => assign(gain, timed))) / timed ** 3;
  return PASSES * (matchingProducts(a, specification) * product + groups.reduce((sum, size) => sum + size ** 3, 0) * assignment);
}

/** What one time of something takes. */
async function usualSeconds(once: () => unknown): Promise<number> {
  const times = new Times();
  const begun = performance.now();
  do {
    const start = performance.now();
    await once();
    times.add(secondsSince(start));
  } while (secondsSince(begun) < REPEATED);
  return times.usual!;
}
