import type { LoweringTable } from '../plan';
import { convolution } from './conv';
import { elementwise } from './elementwise';
import { indexing } from './indexing';
import { layout } from './layout';
import { loop } from './loop';
import { matmul } from './matmul';
import { normalization } from './normalization';
import { pool } from './pool';
import { random } from './random';
import { reductions } from './reduce';

/** How each op becomes TensorFlow.js kernels. */
export const lowerings: LoweringTable = {
  ...elementwise,
  ...matmul,
  ...convolution,
  ...pool,
  ...layout,
  ...reductions,
  ...normalization,
  ...indexing,
  ...random,
  ...loop,
};
