import { catalogue } from '../slot';
import { distanceFromInitialization } from './distance-from-initialization';
import { gaussNewtonTop } from './gauss-newton-top';
import { gradientNoiseScale } from './gradient-noise-scale';
import { gradientNorm } from './gradient-norm';
import { hessianBottom } from './hessian-bottom';
import { hessianTop } from './hessian-top';
import { hessianTrace } from './hessian-trace';
import type { Measure } from './measure';
import { samSharpness } from './sam-sharpness';
import { weightNorm } from './weight-norm';

export const measures = catalogue<Measure>('measures', [
  hessianTop, hessianBottom, hessianTrace, gaussNewtonTop, samSharpness, gradientNorm, gradientNoiseScale, weightNorm, distanceFromInitialization,
]);
