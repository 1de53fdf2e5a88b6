import type { Optimizer } from '#core/train';
import { catalogue } from '../slot';
import { asam } from './asam';
import { baseOptimizers } from './base';
import { sam } from './sam';

export const optimizers = catalogue<Optimizer>('optimizers', [...baseOptimizers.blocks, sam, asam]);
