import { resolve } from 'node:path';
import { api, type EngineEnvironment } from './environment';

export function modelProcedures({ pool }: EngineEnvironment) {
  return {
    models: api.models.router({
      inspect: api.models.inspect.handler(({ input }) => pool.client('questions').inspectModel({ path: resolve(input.path) })),
    }),
  };
}
