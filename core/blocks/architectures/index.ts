import type { Architecture } from '#core/nn';
import { catalogue } from '../slot';
import { cnn } from './cnn';
import { mlp } from './mlp';
import { resnet } from './resnet';

export const architectures = catalogue<Architecture>('architectures', [mlp, cnn, resnet]);
