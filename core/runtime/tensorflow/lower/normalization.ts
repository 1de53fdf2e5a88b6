import type { LoweringTable } from '../plan';
import { normalized, varianceOf } from '../../compositions/normalization';

export const normalization: LoweringTable = {
  normalize: (node, _, p) => p.lower(normalized(node)),
  variance: (node, _, p) => p.lower(varianceOf(node)),
};
