import { appContract, devicesContract } from './app';
import { blocksContract, generatorsContract } from './blocks';
import { curvatureContract } from './curvature';
import { datasetsContract } from './datasets';
import { measuresContract } from './measures';
import { modelsContract } from './models';
import { pathsContract } from './paths';
import { runsContract } from './runs';
import { samplesContract, specificationsContract } from './specifications';
import { seriesContract } from './series';
import { surfacesContract } from './surfaces';

/**
 * Everything the window can ask of the engine. One router implements it, over a MessagePort (desktop) and over a
 * WebSocket (loopback web host).
 */
export const contract = {
  app: appContract,
  devices: devicesContract,
  samples: samplesContract,
  datasets: datasetsContract,
  models: modelsContract,
  blocks: blocksContract,
  generators: generatorsContract,
  specifications: specificationsContract,
  runs: runsContract,
  surfaces: surfacesContract,
  paths: pathsContract,
  series: seriesContract,
  curvature: curvatureContract,
  measures: measuresContract,
};
export type Contract = typeof contract;

export type * from './app';
export type * from './arrays';
export type * from './blocks';
export type * from './curvature';
export type * from './datasets';
export type * from './desktop';
export type * from './measures';
export type * from './models';
export type * from './paths';
export type * from './runs';
export type * from './series';
export type * from './specifications';
export type * from './surfaces';
