import { UserError, suggestion } from '#core/graph';
import type { Weights } from './initialize';
import type { Module } from './module';
import { readSafetensors, writeSafetensors } from './safetensors';
import type { StoredTensor } from './safetensors';

/** A network's parameters and buffers as a safetensors file that PyTorch's `load_state_dict` takes by the same names. */
export function writeWeights(module: Module, weights: Weights, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  const tensors: Record<string, StoredTensor> = {};
  for (const [name, { shape }] of Object.entries(module.parameters)) tensors[name] = { shape, data: weights.parameters[name]! };
  for (const [name, { shape }] of Object.entries(module.buffers)) tensors[name] = { shape, data: weights.buffers[name]! };
  return writeSafetensors(tensors, metadata);
}

/** Counters that PyTorch stores beside BatchNorm's statistics; nothing here needs them. */
const ignored = /(^|\.)num_batches_tracked$/;

/**
 * Parameters and buffers of `module` from the bytes of a safetensors file.
 *
 * @param file name for messages
 * @throws UserError `weights.mismatch` when names or shapes are not the network's own; nothing is loaded in part
 */
export function readWeights(module: Module, bytes: Uint8Array, file = 'the file'): Weights & { metadata: Record<string, string> } {
  const { tensors, metadata } = readSafetensors(bytes, file);
  const known = [...Object.keys(module.parameters), ...Object.keys(module.buffers)];
  const refuse = (what: string): never => {
    throw new UserError('weights.mismatch', `${file} does not hold the weights of this network (${module.title}): ${what}`, {
      hint: 'Check that architecture and sizes are those the weights were trained with.',
    });
  };
  const stranger = Object.keys(tensors).find((name) => !known.includes(name) && !ignored.test(name));
  if (stranger !== undefined) refuse(`it has "${stranger}"; ${suggestion(stranger, known)}`);
  const take = (name: string, shape: readonly number[]): Float32Array => {
    const tensor = tensors[name] ?? refuse(`"${name}" is missing`);
    if (tensor.shape.join() !== shape.join()) refuse(`"${name}" is [${tensor.shape.join(', ')}], the network has [${shape.join(', ')}]`);
    return tensor.data instanceof Float32Array ? tensor.data : Float32Array.from(tensor.data as ArrayLike<number>, Number);
  };
  const all = (specs: Readonly<Record<string, { shape: readonly number[] }>>): Record<string, Float32Array> =>
    Object.fromEntries(Object.entries(specs).map(([name, { shape }]) => [name, take(name, shape)]));
  return { parameters: all(module.parameters), buffers: all(module.buffers), metadata };
}
