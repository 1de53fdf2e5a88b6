import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { availableParallelism, cpus } from 'node:os';
import * as ort from 'onnxruntime-node';
import { probeWebGpu } from './onnx/webgpu-probe';
import { compileOnnx } from './onnx/session';
import { input, mul, type Graph } from '#core/graph';
import type { DeviceId, DeviceInfo } from './program';

type Accelerator = Exclude<DeviceId, 'cpu' | 'tensorflow' | 'reference'>;

/** What ONNX Runtime calls each device, and where it can exist. */
const accelerators: readonly { id: Accelerator; name: string; systems: readonly NodeJS.Platform[]; where: string }[] = [
  { id: 'cuda', name: 'NVIDIA GPU (CUDA)', systems: ['linux'], where: 'Linux with an NVIDIA card' },
  { id: 'dml', name: 'GPU (DirectML)', systems: ['win32'], where: 'Windows' },
  { id: 'coreml', name: 'Apple GPU and Neural Engine (CoreML)', systems: ['darwin'], where: 'macOS' },
  { id: 'webgpu', name: 'GPU (WebGPU)', systems: ['linux', 'win32', 'darwin'], where: 'Linux, Windows and macOS' },
];

/** Every device, the usable ones and for the others the plain reason. Looks once a process. */
export function listDevices(): Promise<DeviceInfo[]> {
  found ??= discover();
  return found;
}

let found: Promise<DeviceInfo[]> | undefined;

async function discover(): Promise<DeviceInfo[]> {
  const processors = cpus();
  const cpu: DeviceInfo = {
    id: 'cpu',
    executor: 'onnx',
    name: processors[0]?.model.trim() || 'Processor',
    usable: true,
    details: { cores: String(availableParallelism()), runtime: `ONNX Runtime ${ort.env.versions.node ?? ''}`.trim() },
  };
  const others: DeviceInfo[] = [];
  for (const { id, name, systems, where } of accelerators) {
    const reason = systems.includes(process.platform) ? await whyNot(id) : `exists on ${where} only`;
    others.push({ id, executor: 'onnx', name, usable: reason === undefined, ...(reason === undefined ? {} : { reason }), details: {} });
  }
  const reference: DeviceInfo = {
    id: 'reference',
    executor: 'reference',
    name: 'Reference (float64)',
    usable: true,
    details: { use: 'checks and theory; slow' },
  };
  return [cpu, ...others, await tensorflowDevice(), reference];
}

/** TensorFlow.js always computes somehow; its details say with what. */
async function tensorflowDevice(): Promise<DeviceInfo> {
  const { loadTensorFlow } = await import('./tensorflow/library');
  const { tf, source, backends, gpu, passedOver } = await loadTensorFlow();
  const native = backends.includes('tensorflow');
  const backend = gpu ? 'CUDA' : native ? 'native library, processor' : backends.map((name) => (name === 'wasm' ? 'WebAssembly' : 'plain JavaScript')).join(', else ');
  return {
    id: 'tensorflow',
    executor: 'tensorflow',
    name: gpu ? 'NVIDIA GPU (TensorFlow.js)' : 'Processor (TensorFlow.js)',
    usable: true,
    details: { package: `${source} ${tf.version_core}`, backend, ...(gpu ? {} : { 'no GPU': passedOver.join('; ') }) },
  };
}

/** Tries the device on a small product; the reason when that fails. */
async function whyNot(id: Accelerator): Promise<string | undefined> {
  const offered = ort.listSupportedBackends().map(({ name }) => name);
  if (!offered.includes(id)) return `this build of ONNX Runtime does not contain ${id}`;
  const known = id === 'webgpu' ? probeWebGpu() : id === 'cuda' ? missingCudaLibrary() : undefined;
  if (known !== undefined) return known;
  const x = input('x', [4]);
  const graph: Graph = { inputs: [{ name: 'x', shape: [4], dtype: 'float32' }], outputs: [{ name: 'y', tensor: mul(x, 2) }] };
  try {
    const program = await compileOnnx(graph, { device: id });
    const result = await program.run({ x: Float32Array.of(1, 2, 3, 4) });
    const values = await result['y']!.read();
    await program.dispose();
    return String(values) === '2,4,6,8' ? undefined : `a test computation gave ${String(values)} instead of 2,4,6,8`;
  } catch (error) {
    return plainReason(id, error instanceof Error ? error.message : String(error));
  }
}

/** ONNX Runtime's CUDA part is not in its package; it has to lie beside the binding. Asking for it without it fills the log. */
function missingCudaLibrary(): string | undefined {
  const entry = createRequire(import.meta.url).resolve('onnxruntime-node');
  const folder = path.join(path.dirname(entry), '..', 'bin', 'napi-v6', process.platform, process.arch);
  const missing = ['libonnxruntime_providers_shared.so', 'libonnxruntime_providers_cuda.so'].find((file) => !existsSync(path.join(folder, file)));
  return missing === undefined ? undefined : `the library ${missing} is missing (it comes with ONNX Runtime's GPU package)`;
}

/** A runtime's message as a person would put it. */
export function plainReason(id: string, message: string): string {
  const library = /([\w.-]+\.(?:so[\w.]*|dll|dylib))[^\n]*(?:cannot open shared object|No such file|not found|LoadLibrary)/i.exec(message)?.[1];
  if (library !== undefined) return `the library ${library} is missing`;
  if (id === 'cuda' && /load shared library/i.test(message)) {
    return "ONNX Runtime's CUDA libraries (libonnxruntime_providers_cuda.so and _shared.so) are not installed beside it";
  }
  if (/no supported adapters|failed to get a webgpu adapter/i.test(message)) return 'no graphics adapter with a driver was found';
  if (/driver version is insufficient/i.test(message)) return 'the graphics driver is too old for this CUDA';
  return message.split('\n')[0]!.slice(0, 200);
}
