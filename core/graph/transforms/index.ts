export * from './grad';
export { gradients, pullback } from './gradients';
export * from './vmap';
