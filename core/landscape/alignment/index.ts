export { assign } from './assignment';
export { permuteWeights, type Permutations, randomPermutations } from './permute';
export { type AxisFactor, permutationSpecification, type PermutationSpecification } from './specification';
export { type Matching, type MatchingOptions, matchWeights } from './weight-matching';
