// Words, colours and places of a picture's legend, without Node and without the engine: the window draws with the same (through #host-client).
export { type DrawnUpon, type LegendKey, legendKeys, legendRows, type LegendSymbol } from './keys';
export { nameLines } from './lines';
export { leadsAlongPath, type LeadingPlane, pathColor, pathColors, pathLabel } from './paths';
