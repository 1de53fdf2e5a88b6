import { type Graph, UserError, valuesOnly } from '#core/graph';
import { memoryOf } from './cost/memory';
import { refuseAboveMemory } from './cost/refuse';
import { findDevice } from './devices';
import { availableBytes } from './host-memory';
import { KeptProgram } from './kept/kept-program';
import { compileOnnx, loadOnnx, type OnnxOptions } from './onnx/session';
import { prepare } from './prepare';
import type { CompileOptions, Program } from './program';
import { ReferenceProgram } from './reference/program';

/**
 * Makes a graph runnable on a device.
 *
 * @throws UserError with the reason when the device cannot be used, or when the program would not fit in the memory there is
 */
export async function compile(given: Graph, options: CompileOptions): Promise<Program> {
  const available = availableBytes(options);
  if (options.device === 'cpu') return compileForProcessor(given, { ...options, device: options.device }, available);
  const graph = prepare(given, options.device);
  const memory = memoryOf(graph);
  refuseAboveMemory(graph, memory, available);
  if (options.device === 'reference') return new ReferenceProgram(graph);
  if (options.device === 'tensorflow') return (await import('./tensorflow/program')).TensorflowProgram.compile(given);
  const device = await findDevice(options.device);
  if (!device.usable) {
    throw new UserError('runtime.device', `device ${options.device} cannot be used: ${device.reason}`, {
      hint: 'choose another device; `basin devices` lists them',
    });
  }
  return compileOnnx(graph, { ...options, device: options.device }, memory.intermediates);
}

/** On the processor a program may have been kept from the last time it was compiled. */
async function compileForProcessor(given: Graph, options: OnnxOptions, available: number): Promise<Program> {
  const values = valuesOnly(given.outputs.map(({ tensor }) => tensor));
  const bare = { inputs: given.inputs, outputs: given.outputs.map(({ name }, i) => ({ name, tensor: values[i]! })) };
  const kept = await KeptProgram.of(bare, options);
  const found = kept?.read();
  if (found !== undefined && found.memory.total <= available) {
    try {
      return await loadOnnx(found.model, bare, options, found.memory.intermediates);
    } catch {
      // Compiling it again tells what is wrong, unless it was the file.
      kept!.remove();
    }
  }
  const graph = prepare(bare, options.device);
  const memory = memoryOf(graph);
  refuseAboveMemory(graph, memory, available);
  const build = (saveTo?: string): Promise<Program> => compileOnnx(graph, options, memory.intermediates, saveTo);
  return kept === undefined ? build() : kept.keep(build, memory);
}
