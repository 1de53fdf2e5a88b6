import { type Graph, UserError } from '#core/graph';
import { listDevices } from './devices';
import { OnnxProgram } from './onnx/session';
import { prepare } from './prepare';
import type { CompileOptions, Program } from './program';
import { ReferenceProgram } from './reference/program';

/** Makes a graph runnable on a device. Throws `UserError` with the reason when the device cannot be used. */
export async function compile(given: Graph, options: CompileOptions): Promise<Program> {
  const graph = prepare(given, options.device);
  if (options.device === 'reference') return new ReferenceProgram(graph);
  if (options.device === 'tensorflow') return (await import('./tensorflow/program')).TensorflowProgram.compile(given);
  if (options.device !== 'cpu') {
    const device = (await listDevices()).find(({ id }) => id === options.device);
    if (device === undefined || !device.usable) {
      throw new UserError('runtime.device', `device ${options.device} cannot be used: ${device?.reason ?? 'it is unknown'}`, {
        hint: 'choose another device; `basin devices` lists them',
      });
    }
  }
  return OnnxProgram.compile(graph, options);
}
