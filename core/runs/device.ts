import { suggestion, UserError } from '#core/graph';
import { listDevices, type DeviceInfo } from '#core/runtime';

/**
 * The device that a name means: `auto` is the best that works (the listing's order, the slow reference never).
 *
 * @throws UserError for an unknown device, or one that cannot be used, with the reason
 */
export async function chooseDevice(name: string): Promise<DeviceInfo> {
  const devices = await listDevices();
  if (name === 'auto') {
    const best = devices.find(({ usable, executor }) => usable && executor !== 'reference');
    if (best) return best;
    throw new UserError('device.none', 'No device can be used.', { hint: '`basin devices` lists them with the reasons.' });
  }
  const device = devices.find(({ id }) => id === name);
  if (!device) throw new UserError('device.unknown', `unknown device "${name}": ${suggestion(name, ['auto', ...devices.map(({ id }) => id)])}`);
  if (!device.usable) {
    throw new UserError('device.unusable', `device ${name} cannot be used: ${device.reason ?? 'no reason is known'}`, {
      hint: 'Choose auto, or another that `basin devices` lists as usable.',
    });
  }
  return device;
}
