// Pure arithmetic of contour lines and of the round numbers on axes, without Node and without the engine: the window draws with the same functions (through #host-client).
export { contourStyle, inkOn } from './ink';
export { type Isoline, isolineFinder, isolines } from './isolines';
export { contourLevels, niceStep } from './levels';
export { logTicks, ticks } from './ticks';
