import type { Work } from '../../frame/case';
import type { Prepare } from '../../frame/serve';
import { chunk } from './chunk';
import { eigen } from './eigen';
import { first } from './first';
import { hvp } from './hvp';
import { overhead } from './overhead';
import { population } from './population';
import { step } from './step';
import { surface } from './surface';

const works: { readonly [K in Work['kind']]: Prepare } = { step, first, chunk, overhead, hvp, population, surface, eigen };

/** Makes a case ready in this process. */
export const prepareInBasin: Prepare = (c, inputs, options) => works[c.work.kind](c, inputs, options);
