import type { Layout } from './layout';
import { blocked } from './blocked';
import { turned } from './turned';

/** Layouts that tensors may be computed in, other than the graph's own. */
export const layouts: readonly Layout[] = [turned, blocked];
