import type { Command } from 'commander';
import { listDevices } from '#core/runtime';
import { example, jsonOption, terminalOf } from '../options';
import { table } from '../terminal';

export function addDevices(program: Command): void {
  example(
    program.command('devices').description('list where networks can be computed, and why not where not').addOption(jsonOption()),
    'basin devices',
  ).action(async (options: { json?: boolean }) => {
    const devices = await listDevices();
    terminalOf(options).result(devices, () =>
      table(['id', 'name', 'usable', 'memory', 'details'], devices.map(({ id, name, usable, reason, details, memory, warnings = [] }) => [
        id, name, usable ? 'yes' : 'no', memory === undefined ? '' : `${(memory / 2 ** 30).toFixed(1)} GB`,
        reason ?? [...Object.entries(details).map(([key, value]) => `${key}: ${value}`), ...warnings].join(', '),
      ])));
  });
}
