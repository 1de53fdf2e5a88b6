import { type Graph, UserError } from '#core/graph';
import { memoryOf } from './cost/memory';
import { refuseAboveMemory } from './cost/refuse';
import { findDevice } from './devices';
import { compileOnnx } from './onnx/session';
import { prepare } from './prepare';
import type { CompileOptions, Program } from './program';
import { ReferenceProgram } from './reference/program';

const inHostMemory: ReadonlySet<CompileOptions['device']> = new Set(['cpu', 'reference', 'tensorflow']);

/**
 * Makes a graph runnable on a device.
 *
 * @throws UserError with the reason when the device cannot be used, or when the program would not fit in the memory there is
 */
export async function compile(given: Graph, options: CompileOptions): Promise<Program> {
  const graph = prepare(given, options.device);
  const memory = memoryOf(graph);
  // How much memory a graphics card has free is not known; there the driver refuses.
  const available = options.memoryLimit ?? (inHostMemory.has(options.device) ? process.availableMemory() : Infinity);
  refuseAboveMemory(graph, memory, available);
  if (options.device === 'reference') return new ReferenceProgram(graph);
  if (options.device === 'tensorflow') return (await import('./tensorflow/program')).TensorflowProgram.compile(given);
  if (options.device !== 'cpu') {
    const device = await findDevice(options.device);
    if (!device.usable) {
      throw new UserError('runtime.device', `device ${options.device} cannot be used: ${device.reason}`, {
        hint: 'choose another device; `basin devices` lists them',
      });
    }
  }
  return compileOnnx(graph, { ...options, device: options.device }, memory.intermediates);
}
