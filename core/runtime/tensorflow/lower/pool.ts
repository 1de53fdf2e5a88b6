import { averagePooled, maxPooled, maxPoolPlaces } from '../../compositions/pool';
import type { LoweringTable } from '../plan';

export const pool: LoweringTable = {
  maxPool: (node, _, p) => p.lower(maxPooled(node)),
  maxPoolIndices: (node, _, p) => p.lower(maxPoolPlaces(node)),
  avgPool: (node, _, p) => p.lower(averagePooled(node)),
};
