import { setImmediate } from 'node:timers/promises';
import { Philox } from '#core/graph';
import { assign } from './assignment';
import { identityPermutations, permuteTensor, type Permutations } from './permute';
import type { PermutationSpecification } from './specification';

export type Weights = Readonly<Record<string, Float32Array>>;

export interface MatchingOptions {
  /** Draws the order in which layers are visited. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
  /** Called after each pass over all layers with the inner product of both weights. */
  readonly onPass?: (pass: number, objective: number) => void;
}

export interface Matching {
  readonly permutations: Permutations;
  /** Inner product of the two weights before and after each layer was matched: never falls. */
  readonly objectives: readonly number[];
  readonly passes: number;
}

/** More passes than any convergence seen takes. */
const MOST_PASSES = 100;
/** An assignment must gain more than rounding to be taken, or two equal ones would replace each other for ever. */
const LEAST_GAIN = 1e-9;
/** Multiplications between two looks at the signal. */
const BLOCK = 5e7;

/**
 * Weight matching (Ainsworth, Hayase, Srinivasa 2023, "Git Re-Basin: merging models modulo permutation symmetries", algorithm 1): permutations
 * of the units of `b` that bring its weights near those of `a`, layer by layer, each an exact linear assignment given the others, in
 * random order until no layer gains.
 *
 * @throws the signal's reason when it is aborted
 */
export async function matchWeights(a: Weights, b: Weights, specification: PermutationSpecification, { seed = 0, signal, onPass }: MatchingOptions = {}): Promise<Matching> {
  const { groups, tensors } = specification;
  const permutations = identityPermutations(specification);
  const shared = Object.entries(tensors).filter(([name]) => a[name] !== undefined && b[name] !== undefined);
  const concerned = groups.map((_, group) => shared.filter(([, factors]) => factors.some((factor) => factor.group === group)));
  const scale = Math.sqrt(inner(shared.map(([name]) => [a[name]!, a[name]!])) * inner(shared.map(([name]) => [b[name]!, b[name]!])));
  const agreement = (list: typeof shared): number => inner(list.map(([name, factors]) => [a[name]!, permuteTensor(b[name]!, factors, permutations)]));
  const objectives = [agreement(shared)];
  let passes = 0;
  for (let gained = true; gained && passes < MOST_PASSES; passes++) {
    gained = false;
    for (const group of new Philox(seed, 'alignment/order', passes).permutation(groups.length)) {
      const list = concerned[group]!;
      const gain = await gains(a, b, list, group, groups[group]!, permutations, signal);
      const before = agreement(list);
      const previous = permutations[group]!;
      permutations[group] = assign(gain, groups[group]!);
      // Where a tensor has the group on two axes the assignment is an approximation: it is taken only if it truly gains.
      const change = agreement(list) - before;
      if (change > LEAST_GAIN * scale) {
        gained = true;
        objectives.push(objectives.at(-1)! + change);
      } else permutations[group] = previous;
    }
    onPass?.(passes + 1, objectives.at(-1)!);
  }
  return { permutations, objectives, passes };
}

type Shared = readonly (readonly [string, PermutationSpecification['tensors'][string]])[];

/** `[n, n]`: what it is worth to put unit `j` of `b` in the place of unit `i` of `a`, all other units as they stand. */
async function gains(a: Weights, b: Weights, list: Shared, group: number, n: number, permutations: Permutations, signal: AbortSignal | undefined): Promise<Float64Array> {
  const gain = new Float64Array(n * n);
  for (const [name, factors] of list) {
    let outer = 1;
    for (const [at, factor] of factors.entries()) {
      if (factor.group === group) {
        const target = a[name]!;
        const moved = permuteTensor(b[name]!, factors, permutations, at);
        const rest = target.length / outer / n;
        const left = unitsFirst(target, outer, n, rest);
        const right = unitsFirst(moved, outer, n, rest);
        await addProducts(gain, left, right, n, outer * rest, signal);
      }
      outer *= factor.size;
    }
  }
  return gain;
}

/** `[outer, n, rest]` as `[n, outer, rest]`. */
export function unitsFirst(data: Float32Array, outer: number, n: number, rest: number): Float32Array {
  if (outer === 1) return data;
  const out = new Float32Array(data.length);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < n; i++) {
      for (let k = 0; k < rest; k++) out[(i * outer + o) * rest + k] = data[(o * n + i) * rest + k]!;
    }
  }
  return out;
}

/** `gain += left right'` for matrices `[n, width]`. */
export async function addProducts(gain: Float64Array, left: Float32Array, right: Float32Array, n: number, width: number, signal: AbortSignal | undefined): Promise<void> {
  const rows = Math.max(1, Math.floor(BLOCK / (n * width)));
  for (let i = 0; i < n; i++) {
    if (i % rows === 0) {
      await setImmediate();
      signal?.throwIfAborted();
    }
    const p = i * width;
    let j = 0;
    // Four sums at once, each in its own order: none waits for the addition before it in another one.
    for (; j + 3 < n; j += 4) {
      const [q0, q1, q2, q3] = [j * width, (j + 1) * width, (j + 2) * width, (j + 3) * width];
      let [sum0, sum1, sum2, sum3] = [0, 0, 0, 0];
      for (let k = 0; k < width; k++) {
        const own = left[p + k]!;
        sum0 += own * right[q0 + k]!;
        sum1 += own * right[q1 + k]!;
        sum2 += own * right[q2 + k]!;
        sum3 += own * right[q3 + k]!;
      }
      const at = i * n + j;
      gain[at]! += sum0;
      gain[at + 1]! += sum1;
      gain[at + 2]! += sum2;
      gain[at + 3]! += sum3;
    }
    for (; j < n; j++) {
      let sum = 0;
      for (let k = 0, q = j * width; k < width; k++) sum += left[p + k]! * right[q + k]!;
      gain[i * n + j]! += sum;
    }
  }
}

function inner(pairs: readonly (readonly [Float32Array, Float32Array])[]): number {
  let sum = 0;
  for (const [x, y] of pairs) for (let i = 0; i < x.length; i++) sum += x[i]! * y[i]!;
  return sum;
}
