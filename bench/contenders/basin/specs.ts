import { spec, type TensorSpec } from '#core/graph';
import type { CompileOptions, DeviceId } from '#core/runtime';
import type { Preparation } from '../../frame/serve';
import type { Numbers, StoredTensor } from '../../frame/tensors';

type Stored = Readonly<Record<string, StoredTensor>>;

export const specOf = ({ shape, data }: StoredTensor): TensorSpec => spec(shape, data instanceof Int32Array ? 'int32' : 'float32');

export const specsOf = (tensors: Stored): Record<string, TensorSpec> => Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, specOf(tensor)]));

export const numbersOf = (tensors: Stored): Record<string, Numbers> => Object.fromEntries(Object.entries(tensors).map(([name, { data }]) => [name, data]));

/** The device is one of the runtime's: the command line has checked it. */
export const compileOptions = ({ device, threads, profile }: Preparation): CompileOptions => ({
  device: device as DeviceId,
  threads,
  ...(profile === undefined ? {} : { profile }),
});
