// Pure geometry of volumes, without Node and without the engine: the window draws with the same functions (through #host-client).
export type { VolumeField } from './field';
export { type IsoSurface, isoSurface, type VolumeFrame } from './isosurface';
export { defaultLevels } from './levels';
export { shareBelow } from './share';
