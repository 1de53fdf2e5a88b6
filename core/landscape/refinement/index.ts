// Pure arithmetic on grids, without Node and without the engine: the window draws with the same functions (through #host-client).
export { fillBetween } from './between';
export { refinementRounds, roundSizes } from './rounds';
