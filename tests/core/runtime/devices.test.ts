import { describe, expect, test } from 'vitest';
import { spec, square, UserError } from '#core/graph';
import { compileFunction, listDevices } from '#core/runtime';
import { graphicsCards, type Machine } from '../../../core/runtime/discovery/cards';
import { plainReason } from '../../../core/runtime/discovery/reason';
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

describe('graphics cards by the system\'s own words', () => {
  const machine = (platform: string, outputs: Record<string, string>, files: Record<string, string> = {}): Machine => ({
    platform,
    run: (program) => Promise.resolve(outputs[program]),
    exists: (file) => Object.keys(files).some((name) => name === file || name.startsWith(`${file}/`)),
    list: (folder) => [...new Set(Object.keys(files).filter((name) => name.startsWith(`${folder}/`)).map((name) => name.slice(folder.length + 1).split('/')[0]!))],
    read: (file) => files[file]!,
  });

  test('NVIDIA', async () => {
    const cards = await graphicsCards(machine('linux', { 'nvidia-smi': 'NVIDIA GeForce RTX 4090, 24564, 550.54.14\nNVIDIA T4, 15360, 550.54.14\n' }));
    expect(cards).toEqual([
      { name: 'NVIDIA GeForce RTX 4090', memory: 24564 * 2 ** 20, driver: '550.54.14' },
      { name: 'NVIDIA T4', memory: 15360 * 2 ** 20, driver: '550.54.14' },
    ]);
  });

  test('AMD on Linux', async () => {
    const root = '/sys/class/drm/card0';
    const files = { [`${root}/device/vendor`]: '0x1002\n', [`${root}/device/device`]: '0x744c\n', [`${root}/device/mem_info_vram_total`]: '25753026560\n', '/sys/class/drm/card0-DP-1/status': 'connected' };
    expect(await graphicsCards(machine('linux', {}, files))).toEqual([{ name: 'AMD GPU 0x744c', memory: 25753026560 }]);
  });

  test('Windows and macOS', async () => {
    const windows = '{"Name":"Intel(R) UHD Graphics","AdapterRAM":1073741824,"DriverVersion":"31.0.101.2111"}';
    expect(await graphicsCards(machine('win32', { powershell: windows }))).toEqual([{ name: 'Intel(R) UHD Graphics', memory: 2 ** 30, driver: '31.0.101.2111' }]);
    const large = '[{"Name":"NVIDIA RTX","AdapterRAM":4293918720,"DriverVersion":"1"}]';
    expect(await graphicsCards(machine('win32', { powershell: large }))).toEqual([{ name: 'NVIDIA RTX', driver: '1' }]);
    const apple = '{"SPDisplaysDataType":[{"sppci_model":"Apple M3 Max"},{"sppci_model":"Radeon Pro","spdisplays_vram":"8 GB"}]}';
    expect(await graphicsCards(machine('darwin', { system_profiler: apple }))).toEqual([{ name: 'Apple M3 Max' }, { name: 'Radeon Pro', memory: 2 ** 33 }]);
  });

  test('nothing known is no card', async () => {
    for (const platform of ['linux', 'win32', 'darwin']) expect(await graphicsCards(machine(platform, { powershell: 'not JSON', system_profiler: '' }))).toEqual([]);
  });
});
