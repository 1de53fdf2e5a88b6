import type { Module } from '#core/nn';
import type { Optimizer } from './contracts';

/** The optimizer's state before the first step. */
export function startingState(optimizer: Optimizer, model: Module): Record<string, Float32Array> {
  const entries = Object.entries(optimizer.initialState(model.parameters));
  return Object.fromEntries(entries.map(([name, { shape, value }]) =>
    [name, new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(value)]));
}
