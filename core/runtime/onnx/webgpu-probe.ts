import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

/** Vulkan drivers that draw on the processor; they are never taken for a GPU. */
const SOFTWARE = /swiftshader|lvp|llvmpipe|softpipe/i;

export interface System {
  readonly platform: string;
  exists(file: string): boolean;
  list(folder: string): string[];
  /** The drivers that the Vulkan loader was told of. */
  readonly drivers?: string | undefined;
  /** A software driver will do: for tests. */
  readonly allowSoftware?: boolean;
}

/** Where Linux keeps the descriptions of its Vulkan drivers. */
const DRIVER_FOLDERS = ['/usr/share/vulkan/icd.d', '/etc/vulkan/icd.d', '/usr/local/share/vulkan/icd.d'];

/**
 * Why WebGPU would find no real GPU, as far as the system's files tell. WebGPU itself does not name its adapter to us, so a
 * software Vulkan driver has to be recognised before it is asked. Linux only; elsewhere drivers come with the system.
 */
export function probeWebGpu(system: System = here): string | undefined {
  if (system.platform !== 'linux' || system.allowSoftware === true) return undefined;
  const nodes = system.exists('/dev/dri') ? system.list('/dev/dri').filter((name) => name.startsWith('renderD')) : [];
  if (nodes.length === 0 && !['/dev/nvidia0', '/dev/dxg'].some((file) => system.exists(file))) return 'the system shows no graphics card';
  const files = system.drivers?.split(path.delimiter) ?? DRIVER_FOLDERS.filter((folder) => system.exists(folder)).flatMap((folder) => system.list(folder));
  const drivers = files.map((file) => path.basename(file)).filter((name) => name.endsWith('.json'));
  if (drivers.length === 0) return 'no Vulkan driver is installed';
  if (drivers.every((name) => SOFTWARE.test(name))) return `only a software Vulkan driver is installed (${drivers.join(', ')})`;
  return undefined;
}

/** Whether WebGPU would compute on the processor, which is allowed for tests only. */
export const onSoftwareAdapter = (): boolean => here.allowSoftware === true && probeWebGpu({ ...here, allowSoftware: false }) !== undefined;

const here: System = {
  platform: process.platform,
  exists: existsSync,
  list: (folder: string): string[] => readdirSync(folder),
  drivers: process.env['VK_DRIVER_FILES'] ?? process.env['VK_ICD_FILENAMES'],
  allowSoftware: process.env['BASIN_ALLOW_SOFTWARE_GPU'] === '1',
};
