import type { LoweringTable } from '../builder';
import { checkpoint } from './checkpoint';
import { conv } from './conv';
import { elementwise } from './elementwise';
import { indexing } from './indexing';
import { layout } from './layout';
import { loop } from './loop';
import { matmul } from './matmul';
import { normalization } from './normalization';
import { pool } from './pool';
import { random } from './random';
import { reductions } from './reduce';

/** How each op becomes ONNX operators. */
export const lowerings: LoweringTable = {
  ...elementwise,
  ...matmul,
  ...conv,
  ...pool,
  ...layout,
  ...reductions,
  ...normalization,
  ...indexing,
  ...random,
  ...loop,
  ...checkpoint,
};
