import type { Regularizer } from '#core/train';
import { catalogue } from '../slot';
import { l1 } from './l1';
import { l2 } from './l2';

export const regularizers = catalogue<Regularizer>('regularizers', [l2, l1]);
