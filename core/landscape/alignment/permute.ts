import { Philox } from '#core/graph';
import type { AxisFactor, PermutationSpecification } from './specification';

/** One permutation a group: unit `i` of the result is unit `permutations[group][i]` of what is permuted. */
export type Permutations = readonly Int32Array[];
type Weights = Readonly<Record<string, Float32Array>>;

export const identityPermutations = ({ groups }: PermutationSpecification): Int32Array[] => groups.map((size) => Int32Array.from({ length: size }, (_, i) => i));

/** Permutations drawn with a seed: the network they make computes the same. */
export const randomPermutations = ({ groups }: PermutationSpecification, seed: number): Int32Array[] =>
  groups.map((size, group) => new Philox(seed, 'alignment/permutation', group).permutation(size));

/** A tensor with its axes reordered; the factor at `except` keeps its order. */
export function permuteTensor(data: Float32Array, factors: readonly AxisFactor[], permutations: Permutations, except = -1): Float32Array {
  let current = data;
  let outer = 1;
  factors.forEach(({ size, group }, at) => {
    if (group !== undefined && at !== except) current = reorder(current, permutations[group]!, outer);
    outer *= size;
  });
  return current;
}

/** `data [outer, n, inner]` with the middle axis in another order. */
function reorder(data: Float32Array, order: Int32Array, outer: number): Float32Array {
  const n = order.length;
  const inner = data.length / outer / n;
  const out = new Float32Array(data.length);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < n; i++) {
      const from = (o * n + order[i]!) * inner;
      const to = (o * n + i) * inner;
      if (inner === 1) out[to] = data[from]!;
      else out.set(data.subarray(from, from + inner), to);
    }
  }
  return out;
}

/** Weights with their units in another order: the same function. Names that the specification does not hold pass unchanged. */
export const permuteWeights = (weights: Weights, { tensors }: PermutationSpecification, permutations: Permutations): Record<string, Float32Array> =>
  Object.fromEntries(Object.entries(weights).map(([name, data]) => [name, tensors[name] ? permuteTensor(data, tensors[name], permutations) : data]));
