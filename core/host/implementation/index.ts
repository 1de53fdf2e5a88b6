import { appProcedures } from './app';
import { curvatureProcedures } from './curvature';
import { datasetProcedures } from './datasets';
import { api, type EngineEnvironment } from './environment';
import { measuresProcedures } from './measures';
import { modelProcedures } from './models';
import { pathProcedures } from './paths';
import { runProcedures } from './runs';
import { seriesProcedures } from './series';
import { specificationProcedures } from './specifications';
import { surfaceProcedures } from './surfaces';

export type { EngineEnvironment };

/** The contract, implemented. */
export function createRouter(environment: EngineEnvironment) {
  return api.router({
    ...appProcedures(environment),
    ...datasetProcedures(environment),
    ...modelProcedures(environment),
    ...specificationProcedures(environment),
    ...runProcedures(environment),
    ...seriesProcedures(environment),
    ...surfaceProcedures(environment),
    ...pathProcedures(environment),
    ...curvatureProcedures(environment),
    ...measuresProcedures(environment),
  });
}
