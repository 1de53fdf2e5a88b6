import { readFileSync } from 'node:fs';
import * as ort from 'onnxruntime-node';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createRun, executeRun, readMetrics, readRunFile, runPaths } from '#core/runs';
import { small, temporaryHome } from './samples';

temporaryHome();
afterEach(() => vi.restoreAllMocks());

const sessions = (ort.InferenceSession as unknown as { prototype: { run(...args: unknown[]): Promise<unknown>; release(): Promise<void> } }).prototype;

/** From the `after`th run of a program on, the device fails with the runtime's own words; so does everything on it afterwards. */
function failingDevice(message: string, after: number): void {
  const { run } = sessions;
  let runs = 0;
  vi.spyOn(sessions, 'run').mockImplementation(function (this: unknown, ...args) {
    return ++runs > after ? Promise.reject(new Error(message)) : run.apply(this, args);
  });
  const { release } = sessions;
  vi.spyOn(sessions, 'release').mockImplementation(function (this: unknown) {
    return runs > after ? Promise.reject(new Error(message)) : release.call(this as never);
  });
}

const failures: [string, string, string][] = [
  ['a driver reset', '/onnxruntime_src/webgpu_context.cc:700 Device lost: A valid external Instance reference no longer exists.', 'device.lost'],
  ['a CUDA fault', 'CUDA failure 719: unspecified launch failure ; GPU=0', 'device.lost'],
  ['a removed DirectX device', 'Exception during run: 887A0005 The GPU device instance has been suspended.', 'device.lost'],
  ['too little memory on the card', 'CUDA failure 2: out of memory ; GPU=0 ; expr=cudaMalloc((void**)&p, size)', 'device.memory'],
  ['a tensor beyond the GPU\'s buffers', 'shader_helper.cc:306 Too many storage buffers in shader. Current: 64, Max is 12', 'device.memory'],
  ['too little memory of the machine', "bfc_arena.cc:376 Failed to allocate memory for requested buffer of size 68719476736", 'device.memory'],
];

describe('a device that fails in the middle of a run', () => {
  it.each(failures)('%s ends it cleanly, with its checkpoint and the advice what to lower', async (_, message, code) => {
    const folder = createRun(small());
    failingDevice(message, 24);
    await expect(executeRun(folder)).rejects.toMatchObject({ code, message: expect.stringContaining(message.slice(0, 40)), hint: expect.stringContaining('training.batchSize') });
    expect(readRunFile(folder)).toMatchObject({ state: 'failed', error: { code, hint: expect.stringContaining('population') } });
    // What was told before the failure is on the disk, and nothing half of a step.
    expect(readMetrics(runPaths(folder).metrics).filter(({ kind }) => kind === 'step').length).toBeGreaterThan(0);
    expect(readFileSync(runPaths(folder).weights('init')).length).toBeGreaterThan(0);
  });

  it('goes on from the checkpoint once the device works again, in the same process and to the same weights', async () => {
    const through = createRun(small());
    await executeRun(through);
    const folder = createRun(small());
    failingDevice('VK_ERROR_DEVICE_LOST: the device was lost', 24);
    await expect(executeRun(folder)).rejects.toThrow('was lost');
    vi.restoreAllMocks();
    const { file } = await executeRun(folder);
    expect(file.state).toBe('finished');
    expect(readFileSync(runPaths(folder).weights('last'))).toEqual(readFileSync(runPaths(through).weights('last')));
  });

  it('a fault that is not the device\'s stays what it is', async () => {
    failingDevice('Non-zero status code returned while running Reshape node', 24);
    await expect(executeRun(createRun(small()))).rejects.toThrow('Non-zero status code');
  });
});
