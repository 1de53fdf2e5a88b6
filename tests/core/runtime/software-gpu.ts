import { existsSync, mkdtempSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Chromium's software Vulkan driver, and the loader that comes with it. */
const driver = '/usr/lib/chromium/vk_swiftshader_icd.json';
const loader = '/usr/lib/chromium/libvulkan.so.1';

/** Why WebGPU cannot be tried on this machine's processor; `undefined` where it can. */
export function noSoftwareGpu(): string | undefined {
  const missing = [driver, loader].find((file) => !existsSync(file));
  return missing === undefined ? undefined : `needs ${missing}`;
}

/** Whether this process was started with `softwareGpuEnvironment`. */
export const onSoftwareGpu = (): boolean => process.env['VK_ICD_FILENAMES'] === driver;

/** The environment of a process that computes with WebGPU on the processor: the system's loader looks for Vulkan at the start only. */
export function softwareGpuEnvironment(): NodeJS.ProcessEnv {
  const folder = mkdtempSync(path.join(tmpdir(), 'basin-vulkan-'));
  symlinkSync(loader, path.join(folder, path.basename(loader)));
  return { ...process.env, BASIN_ALLOW_SOFTWARE_GPU: '1', VK_ICD_FILENAMES: driver, LD_LIBRARY_PATH: folder };
}
