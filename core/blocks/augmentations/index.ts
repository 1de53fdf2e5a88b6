import type { Augmentation } from '#core/train';
import { catalogue } from '../slot';
import { flip } from './flip';
import { shift } from './shift';

export const augmentations = catalogue<Augmentation>('augmentations', [flip, shift]);
