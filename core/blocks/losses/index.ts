import type { Loss } from '#core/train';
import { catalogue } from '../slot';
import { binaryCrossEntropy } from './binary-cross-entropy';
import { crossEntropy } from './cross-entropy';
import { elbo } from './elbo';
import { huber } from './huber';
import { meanSquaredError } from './mean-squared-error';

export const losses = catalogue<Loss>('losses', [crossEntropy, binaryCrossEntropy, meanSquaredError, huber, elbo]);
