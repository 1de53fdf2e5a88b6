import type { Tensor } from '#core/graph';
import type { ParameterSpecs } from '#core/train';

/** Zeros of every parameter's shape under each of the names: `exp_avg.layers.0.weight`. */
export function zerosLike(specs: ParameterSpecs, quantities: readonly string[]): Record<string, { shape: readonly number[]; value: number }> {
  const state: Record<string, { shape: readonly number[]; value: number }> = {};
  for (const quantity of quantities) {
    for (const [name, { shape }] of Object.entries(specs)) state[`${quantity}.${name}`] = { shape, value: 0 };
  }
  return state;
}

export interface Updated {
  parameters: Record<string, Tensor>;
  state: Record<string, Tensor>;
}
