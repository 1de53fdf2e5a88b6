import { cpus } from 'node:os';
import type { DeviceInfo } from './program';

/** Every device with, where it cannot be used, the plain reason. */
export function listDevices(): Promise<DeviceInfo[]> {
  const processors = cpus();
  const cpu: DeviceInfo = {
    id: 'cpu',
    executor: 'onnx',
    name: processors[0]?.model.trim() ?? 'processor',
    usable: true,
    details: { cores: String(processors.length) },
  };
  const reference: DeviceInfo = { id: 'reference', executor: 'reference', name: 'Reference (float64, slow)', usable: true, details: {} };
  return Promise.resolve([cpu, reference]);
}
