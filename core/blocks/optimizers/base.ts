import type { Optimizer } from '#core/train';
import { catalogue } from '../slot';
import { adam } from './adam';
import { adamw } from './adamw';
import { sgd } from './sgd';

/** The optimizers that move the weights by one gradient: what others are built around. */
export const baseOptimizers = catalogue<Optimizer>('optimizers', [sgd, adam, adamw]);
