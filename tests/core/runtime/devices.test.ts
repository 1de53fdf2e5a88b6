import { describe, expect, test } from 'vitest';
import { spec, square, UserError } from '#core/graph';
import { compileFunction, listDevices } from '#core/runtime';
import { plainReason } from '../../../core/runtime/devices';
import { probeWebGpu } from '../../../core/runtime/onnx/webgpu-probe';

describe('devices', () => {
  test('every device is listed once, usable or with a reason', async () => {
    const devices = await listDevices();
    expect(devices.map(({ id }) => id)).toEqual(['cpu', 'cuda', 'dml', 'coreml', 'webgpu', 'tensorflow', 'reference']);
    for (const device of devices) expect(device.usable).toBe(device.reason === undefined);
    expect(devices.find(({ id }) => id === 'cpu')!.usable).toBe(true);
  });

  test('a device that cannot be used is refused with its reason', async () => {
    const broken = (await listDevices()).find(({ usable }) => !usable)!;
    const attempt = compileFunction(({ x }) => square(x), { x: spec([2]) }, { device: broken.id });
    await expect(attempt).rejects.toThrow(UserError);
    await expect(attempt).rejects.toThrow(broken.reason!);
  });

  test("a runtime's message is put plainly", () => {
    const missing = '/x/libonnxruntime_providers_shared.so: cannot open shared object file: No such file or directory';
    expect(plainReason('cuda', `Failed to load library with error: ${missing}`)).toBe('the library libonnxruntime_providers_shared.so is missing');
    expect(plainReason('cuda', 'OrtSessionOptionsAppendExecutionProvider_Cuda: Failed to load shared library')).toContain('libonnxruntime_providers_cuda.so');
    expect(plainReason('webgpu', 'Failed to get a WebGPU adapter: No supported adapters')).toBe('no graphics adapter with a driver was found');
  });

  test('a software Vulkan driver is never taken for a GPU', () => {
    const system = (files: Record<string, string[]>, drivers?: string) => ({
      platform: 'linux',
      exists: (file: string) => file in files,
      list: (folder: string) => files[folder]!,
      drivers,
    });
    expect(probeWebGpu(system({}))).toBe('the system shows no graphics card');
    expect(probeWebGpu(system({ '/dev/dri': ['card0', 'renderD128'] }))).toBe('no Vulkan driver is installed');
    const folder = '/usr/share/vulkan/icd.d';
    expect(probeWebGpu(system({ '/dev/dri': ['renderD128'], [folder]: ['lvp_icd.x86_64.json'] }))).toContain('only a software');
    expect(probeWebGpu(system({ '/dev/dri': ['renderD128'], [folder]: ['lvp_icd.x86_64.json', 'radeon_icd.x86_64.json'] }))).toBeUndefined();
    expect(probeWebGpu(system({ '/dev/nvidia0': [] }, '/opt/vk_swiftshader_icd.json'))).toContain('only a software');
  });
});
