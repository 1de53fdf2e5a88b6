import type { Module } from '#core/nn';
import type { StoredWeights } from '../folder/checkpoints';

/** The first tensor of a network that weights have not got, or in another shape: `head.weight is [10, 32], not [10, 64]`. `undefined`: they fit. */
export function misfit({ parameters, buffers }: Pick<Module, 'parameters' | 'buffers'>, { tensors }: Pick<StoredWeights, 'tensors'>): string | undefined {
  for (const [name, { shape }] of Object.entries({ ...parameters, ...buffers })) {
    const given = tensors[name]?.shape;
    if (given?.join() !== shape.join()) return `${name} is ${given ? `[${given.join(', ')}]` : 'missing'}, not [${shape.join(', ')}]`;
  }
  return undefined;
}
