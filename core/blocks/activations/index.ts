import type { Activation } from '#core/nn';
import { catalogue } from '../slot';
import { eluBlock } from './elu';
import { geluBlock } from './gelu';
import { identityBlock } from './identity';
import { leakyReluBlock } from './leaky-relu';
import { reluBlock } from './relu';
import { siluBlock } from './silu';
import { softplusBlock } from './softplus';
import { tanhBlock } from './tanh';

export const activations = catalogue<Activation>('activations', [
  reluBlock, geluBlock, tanhBlock, siluBlock, leakyReluBlock, eluBlock, softplusBlock, identityBlock,
]);
