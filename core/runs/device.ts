import { suggestion, UserError } from '#core/graph';
import { bestGpu, type DeviceId, deviceIds, type DeviceInfo, findDevice } from '#core/runtime';
import { readSettings } from './home';

/** Floating-point operations of a step from which a GPU is worth its overhead. */
const WORTH_A_GPU = 2e8;

const isDevice = (name: string): name is DeviceId => deviceIds.some((id) => id === name);

/**
 * The device that a name means: the named one, or for `auto` what the settings name, else the best that works (a GPU, unless
 * the work is too small for one; a software adapter, TensorFlow.js and the slow reference never).
 *
 * @param flops counts the operations of one step, where there is one
 * @throws UserError for an unknown device, or one that cannot be used, with the reason: nothing else is taken in its place
 */
export async function chooseDevice(name: string, flops?: () => number): Promise<DeviceInfo> {
  const setting = name === 'auto' ? readSettings().device : name;
  if (setting === 'auto') {
    const gpu = await bestGpu();
    return gpu !== undefined && (flops?.() ?? Infinity) >= WORTH_A_GPU ? gpu : findDevice('cpu');
  }
  if (!isDevice(setting)) throw new UserError('device.unknown', `unknown device "${setting}": ${suggestion(setting, ['auto', ...deviceIds])}`);
  const device = await findDevice(setting);
  if (device.usable) return device;
  throw new UserError('device.unusable', `device ${setting} cannot be used: ${device.reason ?? 'no reason is known'}`, {
    hint: name === 'auto' ? 'The settings name it: choose another there, or with --device.' : 'Choose auto, or another that `basin devices` lists as usable.',
  });
}
