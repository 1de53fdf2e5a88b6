import { mkdirSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { measureSpeed, type DeviceId, type DeviceSpeed } from '#core/runtime';
import { z } from 'zod';
import { writeAtomically } from './folder/atomic-write';
import { homeFolder, readJson } from './home';
import { versions } from './versions';

const speedsSchema = z.record(z.string(), z.object({
  flopsPerSecond: z.number().positive(),
  bytesPerSecond: z.number().positive(),
  secondsPerNode: z.number().positive(),
}));
const speedsPath = (): string => join(homeFolder(), 'device-speeds.json');

const known = new Map<string, Promise<DeviceSpeed>>();

/** What this machine's device does, measured once and kept in Basin's folder; measured anew with another processor or runtime. */
export function deviceSpeed(device: DeviceId, threads: number): Promise<DeviceSpeed> {
  const key = [device, threads || 'all', cpus()[0]?.model ?? '', versions().onnxruntime].join(' / ');
  let speed = known.get(key);
  if (speed === undefined) {
    speed = stored(key) ?? measured(key, device, threads);
    known.set(key, speed);
  }
  return speed;
}

function read(): z.infer<typeof speedsSchema> {
  const parsed = speedsSchema.safeParse(readJson(speedsPath()));
  return parsed.success ? parsed.data : {};
}

function stored(key: string): Promise<DeviceSpeed> | undefined {
  const speed = read()[key];
  return speed && Promise.resolve(speed);
}

async function measured(key: string, device: DeviceId, threads: number): Promise<DeviceSpeed> {
  const speed = await measureSpeed({ device, ...(threads > 0 && { threads }) });
  mkdirSync(homeFolder(), { recursive: true });
  writeAtomically(speedsPath(), `${JSON.stringify({ ...read(), [key]: speed }, null, 2)}\n`);
  return speed;
}
