import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import * as ort from 'onnxruntime-node';
import { conv, type Graph, gradients, input, logSoftmax, matmul, mean, Philox, relu, reshape, type Tensor } from '#core/graph';
import { onSoftwareAdapter, probeWebGpu } from '../onnx/webgpu-probe';
import { compileOnnx } from '../onnx/session';
import { prepare } from '../prepare';
import type { DeviceId, DeviceInfo, Program } from '../program';
import { ReferenceProgram } from '../reference/program';
import { type Card, graphicsCards } from './cards';
import { plainReason } from './reason';

export type Accelerator = Exclude<DeviceId, 'cpu' | 'tensorflow' | 'reference'>;

/** What ONNX Runtime calls each device, where it can exist, and what to know before using it. */
const accelerators: Readonly<Record<Accelerator, { name: string; systems: readonly NodeJS.Platform[]; where: string; warnings: readonly string[] }>> = {
  cuda: { name: 'NVIDIA GPU (CUDA)', systems: ['linux'], where: 'Linux with an NVIDIA card', warnings: ['results come back to the host after every step'] },
  webgpu: {
    name: 'GPU (WebGPU)',
    systems: ['linux', 'win32', 'darwin'],
    where: 'Linux, Windows and macOS',
    warnings: ['remainders, argmax, top-k and sorting run on the processor, with transfers; no float64, whole numbers of 32 bits'],
  },
  dml: { name: 'GPU (DirectML)', systems: ['win32'], where: 'Windows', warnings: ['results come back to the host after every step'] },
  coreml: {
    name: 'Apple GPU (CoreML)',
    systems: ['darwin'],
    where: 'macOS',
    warnings: ['results come back to the host after every step; what CoreML lacks runs on the processor'],
  },
};

let cards: Promise<Card[]> | undefined;

export async function describeAccelerator(id: Accelerator): Promise<DeviceInfo> {
  const { name, systems, where, warnings } = accelerators[id];
  const here = systems.includes(process.platform);
  const reason = here ? await whyNot(id) : `exists on ${where} only`;
  if (reason !== undefined) return { id, executor: 'onnx', name, usable: false, reason, details: {} };
  if (id === 'webgpu' && onSoftwareAdapter()) {
    return { id, executor: 'onnx', name: 'Software adapter (WebGPU)', usable: true, software: true, details: { adapter: 'a software Vulkan driver, on the processor: for tests only' } };
  }
  cards ??= graphicsCards();
  const card = (await cards).find(({ name: known }) => id !== 'cuda' || /nvidia/i.test(known)) ?? (await cards)[0];
  return {
    id,
    executor: 'onnx',
    name: card === undefined ? name : `${card.name} (${name.replace(/.*\(|\)/g, '')})`,
    usable: true,
    details: { runtime: `ONNX Runtime ${ort.env.versions.node ?? ''}`.trim(), ...(card?.driver === undefined ? {} : { driver: card.driver }) },
    ...(card?.memory === undefined ? {} : { memory: card.memory }),
    warnings,
  };
}

async function whyNot(id: Accelerator): Promise<string | undefined> {
  const offered = ort.listSupportedBackends().map(({ name }) => name);
  if (!offered.includes(id)) return `this build of ONNX Runtime does not contain ${id}`;
  const known = id === 'webgpu' ? probeWebGpu() : id === 'cuda' ? missingCudaLibrary() : undefined;
  if (known !== undefined) return known;
  try {
    return await trial(id);
  } catch (error) {
    return plainReason(id, error instanceof Error ? error.message : String(error));
  }
}

/** A small step of training on the device against the reference; how it differs if it does. */
async function trial(id: Accelerator): Promise<string | undefined> {
  const shapes: Readonly<Record<string, readonly number[]>> = { x: [4, 3, 6, 6], k: [8, 3, 3, 3], w: [8 * 36, 5] };
  const [x, k, w] = Object.entries(shapes).map(([name, shape]) => input(name, shape)) as [Tensor, Tensor, Tensor];
  const loss = mean(logSoftmax(matmul(reshape(relu(conv(x, k, { padding: 1 })), [4, -1]), w)));
  const graph: Graph = {
    inputs: Object.entries(shapes).map(([name, shape]) => ({ name, shape, dtype: 'float32' })),
    outputs: [loss, ...gradients(loss, [k, w])].map((tensor, i) => ({ name: `y${i}`, tensor })),
  };
  const random = new Philox(0, 'trial');
  const feeds = Object.fromEntries([x, k, w].map((t) => [t.attributes['name'] as string, random.normals(t.size)]));
  const numbers = async (program: Program): Promise<Float64Array[]> => {
    const results = await program.run(feeds);
    const read = await Promise.all(graph.outputs.map(async ({ name }) => Float64Array.from((await results[name]!.read()) as Float32Array)));
    await program.dispose();
    return read;
  };
  const actual = await numbers(await compileOnnx(prepare(graph, id), { device: id }));
  const exact = await numbers(new ReferenceProgram(graph));
  const worst = Math.max(...exact.map((values, i) => distance(actual[i]!, values)));
  return worst < 1e-3 ? undefined : `a trial step of training differs from the reference by ${worst.toPrecision(2)} of its size`;
}

/** The largest difference in proportion to the largest number. */
function distance(actual: Float64Array, exact: Float64Array): number {
  const scale = exact.reduce((top, value) => Math.max(top, Math.abs(value)), 0);
  return actual.reduce((worst, value, i) => (Number.isNaN(value) ? Infinity : Math.max(worst, Math.abs(value - exact[i]!))), 0) / scale;
}

/** Where ONNX Runtime looks for the libraries of its CUDA part. */
export function cudaFolder(): string {
  const entry = createRequire(import.meta.url).resolve('onnxruntime-node');
  return path.join(path.dirname(entry), '..', 'bin', 'napi-v6', process.platform, process.arch);
}

/** ONNX Runtime's CUDA part is not in its package; it has to lie beside the binding. Asking for it without it fills the log. */
function missingCudaLibrary(): string | undefined {
  const missing = ['libonnxruntime_providers_shared.so', 'libonnxruntime_providers_cuda.so'].find((file) => !existsSync(path.join(cudaFolder(), file)));
  return missing === undefined ? undefined : `the library ${missing} is missing; \`npm run add:cuda\` fetches it`;
}
