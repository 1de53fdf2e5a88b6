import type { OpCase } from './cases/case';
import { activations } from './cases/activations';
import { convolutions } from './cases/convolutions';
import { elementwise } from './cases/elementwise';
import { indexing } from './cases/indexing';
import { layout } from './cases/layout';
import { loops } from './cases/loops';
import { normalizations } from './cases/normalization';
import { pools } from './cases/pooling';
import { products } from './cases/products';
import { reductions } from './cases/reductions';
import { resizing } from './cases/resizing';

export type { OpCase, Shapes } from './cases/case';

/** Every op, alone and in the company in which it usually stands, for the property tests. */
export const opCases: readonly OpCase[] = [...elementwise, ...activations, ...reductions, ...layout, ...indexing, ...products, ...convolutions, ...pools, ...resizing, ...normalizations, ...loops];
