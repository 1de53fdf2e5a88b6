import type { Optimizer } from '#core/train';
import { catalogue } from '../slot';
import { adam } from './adam';
import { adamw } from './adamw';
import { sgd } from './sgd';

export const optimizers = catalogue<Optimizer>('optimizers', [sgd, adam, adamw]);
