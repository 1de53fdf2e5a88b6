import type { Suite } from './comparison';
import { eigen } from './eigen';
import { estimate } from './estimate';
import { hvp } from './hvp';
import { memory } from './memory';
import { population } from './population';
import { startup } from './startup';
import { step } from './step';
import { surface } from './surface';

export type { Suite } from './comparison';

/** Every suite, in the order in which they run. */
export const suites: readonly Suite[] = [step, hvp, population, surface, eigen, estimate, startup, memory];
