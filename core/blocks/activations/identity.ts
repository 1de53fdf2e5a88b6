import { defineBlock } from '#core/nn';
import type { Activation } from '#core/nn';
import { z } from 'zod';

/** `x`: a network of identities is linear in its input, whatever its depth. */
export const identityBlock = defineBlock({
  slot: 'activations',
  use: 'identity',
  title: 'Identity',
  help: 'No nonlinearity: the network stays linear in its input.',
  parameters: z.object({}),
  build: (): Activation => (x) => x,
});
