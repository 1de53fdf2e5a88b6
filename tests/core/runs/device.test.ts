import { afterEach, describe, expect, it, vi } from 'vitest';
import { changeSettings, chooseDevice } from '#core/runs';
import { bestGpu, findDevice, listDevices, type DeviceInfo } from '#core/runtime';
import { temporaryHome } from './samples';

vi.mock(import('#core/runtime'), async (original) => ({ ...(await original()), bestGpu: vi.fn(() => Promise.resolve(undefined)) }));
temporaryHome();
afterEach(() => vi.mocked(bestGpu).mockReset().mockResolvedValue(undefined));

const gpu: DeviceInfo = { id: 'webgpu', executor: 'onnx', name: 'a card', usable: true, details: {} };

describe('which device computes', () => {
  it('auto takes a GPU for work that is worth it, and the processor for less or without one', async () => {
    expect((await chooseDevice('auto')).id).toBe('cpu');
    vi.mocked(bestGpu).mockResolvedValue(gpu);
    expect((await chooseDevice('auto', () => 1e10)).id).toBe('webgpu');
    expect((await chooseDevice('auto', () => 1e6)).id).toBe('cpu');
  });

  it('the settings decide where nothing else does, a name decides over them', async () => {
    changeSettings({ device: 'reference' });
    expect((await chooseDevice('auto')).id).toBe('reference');
    expect((await chooseDevice('cpu')).id).toBe('cpu');
    changeSettings({ device: 'auto' });
  });

  it('a device that cannot be used is an error with its reason, never another device', async () => {
    const broken = (await listDevices()).find(({ usable }) => !usable)!;
    await expect(chooseDevice(broken.id)).rejects.toMatchObject({ code: 'device.unusable', message: expect.stringContaining(broken.reason!) });
    changeSettings({ device: broken.id });
    await expect(chooseDevice('auto')).rejects.toMatchObject({ hint: expect.stringContaining('settings') });
    changeSettings({ device: 'auto' });
    await expect(chooseDevice('cuba')).rejects.toThrow('did you mean "cuda"');
    expect(await findDevice('cpu')).toMatchObject({ usable: true, memory: expect.any(Number) });
  });
});
