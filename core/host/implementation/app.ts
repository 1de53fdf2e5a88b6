import { existsSync, readFileSync } from 'node:fs';
import { UserError } from '#core/graph';
import { listDevices } from '#core/runtime';
import { changeSettings, homeFolder, readSettings, versions } from '#core/runs';
import { builtPath } from '../assets';
import type { AppInfo } from '../contract';
import { clearKeptPrograms, keptProgramsSize } from '../kept-programs';
import { api, type EngineEnvironment } from './environment';
import { withoutUndefined } from './without-undefined';

export function appProcedures({ shell }: EngineEnvironment) {
  return {
    app: api.app.router({
      info: api.app.info.handler((): AppInfo => {
        const { basin, node, onnxruntime, platform } = versions();
        return { version: basin, shell, platform, dataFolder: homeFolder(), node, onnxruntime, licences: licences() };
      }),
      settings: {
        get: api.app.settings.get.handler(() => readSettings()),
        set: api.app.settings.set.handler(({ input }) => changeSettings(withoutUndefined(input))),
      },
      programs: {
        size: api.app.programs.size.handler(() => keptProgramsSize()),
        clear: api.app.programs.clear.handler(() => {
          clearKeptPrograms();
          return keptProgramsSize();
        }),
      },
    }),
    devices: api.devices.router({
      list: api.devices.list.handler(async () => (await listDevices()).map(({ warnings, ...device }) => ({ ...device, details: { ...device.details }, ...(warnings && { warnings: [...warnings] }) }))),
    }),
  };
}

/** Licences of what is shipped, collected by the packaging; a clone has none to show beyond its node_modules. */
function licences(): AppInfo['licences'] {
  try {
    const path = builtPath('licences.json');
    return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as AppInfo['licences']) : [];
  } catch (error) {
    if (error instanceof UserError) return [];
    throw error;
  }
}
