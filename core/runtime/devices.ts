import { availableParallelism, cpus, totalmem } from 'node:os';
import * as ort from 'onnxruntime-node';
import { type Accelerator, describeAccelerator } from './discovery/accelerator';
import { describeTensorFlow } from './discovery/tensorflow';
import type { DeviceId, DeviceInfo } from './program';

/** In the order of listings. */
const ids = ['cpu', 'cuda', 'dml', 'coreml', 'webgpu', 'tensorflow', 'reference'] as const satisfies readonly DeviceId[];

/** GPUs as `auto` prefers them: CUDA's kernels are the best, WebGPU keeps the parameters on the card. */
const preferred = ['cuda', 'webgpu', 'dml', 'coreml'] as const satisfies readonly Accelerator[];

const found = new Map<DeviceId, Promise<DeviceInfo>>();

export const deviceIds: readonly DeviceId[] = ids;

/** A device, and the plain reason if it cannot be used. Looks once a process. */
export function findDevice(id: DeviceId): Promise<DeviceInfo> {
  const device = found.get(id) ?? describe(id);
  found.set(id, device);
  return device;
}

/** Every device, the usable ones and for the others the plain reason. */
export async function listDevices(): Promise<DeviceInfo[]> {
  const devices: DeviceInfo[] = [];
  for (const id of ids) devices.push(await findDevice(id));
  return devices;
}

/** The best GPU that works; a software adapter is none. */
export async function bestGpu(): Promise<DeviceInfo | undefined> {
  for (const id of preferred) {
    const device = await findDevice(id);
    if (device.usable && device.software !== true) return device;
  }
  return undefined;
}

function describe(id: DeviceId): Promise<DeviceInfo> {
  if (id === 'cpu') return Promise.resolve(processor());
  if (id === 'tensorflow') return describeTensorFlow();
  if (id !== 'reference') return describeAccelerator(id);
  return Promise.resolve({ id, executor: 'reference', name: 'Reference (float64)', usable: true, details: { use: 'checks and theory; slow' } });
}

const processor = (): DeviceInfo => ({
  id: 'cpu',
  executor: 'onnx',
  name: cpus()[0]?.model.trim() || 'Processor',
  usable: true,
  memory: totalmem(),
  details: { cores: String(availableParallelism()), runtime: `ONNX Runtime ${ort.env.versions.node ?? ''}`.trim() },
});
