export { assign } from './assignment';
export { matchingProducts, matchingSeconds } from './matching-seconds';
export { permuteWeights, type Permutations, randomPermutations } from './permute';
export { type AxisFactor, permutationSpecification, type PermutationSpecification } from './specification';
export { type Matching, type MatchingOptions, matchWeights } from './weight-matching';
