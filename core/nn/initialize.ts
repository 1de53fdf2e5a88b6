import { Philox } from '#core/graph';
import type { Module } from './module';

/** The numbers of a network: parameters and buffers by name. */
export interface Weights {
  parameters: Record<string, Float32Array>;
  buffers: Record<string, Float32Array>;
}

/**
 * The first values of every parameter and buffer. Each parameter has a random stream of its own, keyed by the seed and its
 * name, so that a change of one layer leaves the others' first values as they were.
 */
export function initialize(module: Module, seed: number): Weights {
  const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
  const stream = (name: string): Philox => new Philox(seed, `initialize.${name}`);
  const parameters: Record<string, Float32Array> = {};
  for (const [name, spec] of Object.entries(module.parameters)) {
    parameters[name] = typeof spec.initial === 'number'
      ? new Float32Array(size(spec.shape)).fill(spec.initial)
      : spec.initial(spec, stream(name), stream);
  }
  const buffers: Record<string, Float32Array> = {};
  for (const [name, { shape, initial }] of Object.entries(module.buffers)) {
    buffers[name] = typeof initial === 'number' ? new Float32Array(size(shape)).fill(initial) : initial.slice();
  }
  return { parameters, buffers };
}
