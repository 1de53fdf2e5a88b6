export * from './align';
export * from './grad';
export { gradients, pullback } from './gradients';
export * from './populate';
export * from './vmap';
export { scan, type ScanOptions } from './scan';
