import type { Initializer } from '#core/nn';
import { catalogue } from '../slot';
import { glorot } from './glorot';
import { he } from './he';
import { lecun } from './lecun';
import { normal } from './normal';
import { orthogonal } from './orthogonal';
import { uniformFanIn } from './uniform-fan-in';

export const initializers = catalogue<Initializer>('initializers', [he, glorot, lecun, orthogonal, uniformFanIn, normal]);
